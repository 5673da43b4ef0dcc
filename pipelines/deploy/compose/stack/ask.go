package stack

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/command"
)

// Question is something to find out about a host that changes nothing there.
type Question struct {
	// Script prints the answer.
	Script *Script
	// Read takes what it printed, or a *command.Error when it failed.
	Read func(answer []byte, err error) error
}

// Ask puts questions to the host at once: in one session, in which their scripts run
// beside each other. The answers are read in the order of the questions, until one
// can't be read.
func (s Stack) Ask(ctx context.Context, questions ...Question) error {
	if len(questions) == 0 {
		return nil
	}
	if len(questions) == 1 {
		return questions[0].Read(s.Output(ctx, questions[0].Script))
	}
	// What a host prints can't have guessed where an answer ends.
	end := rand.Text()
	out, err := s.Output(ctx, together(questions, end))
	if err != nil {
		return fmt.Errorf("asking %s: %w", s.On(), Failure(err))
	}
	answers := bytes.Split(out, []byte("\n"+end+"\n"))
	if len(answers) != len(questions)+1 {
		return fmt.Errorf("asking %s: it answered %d of %d questions", s.On(), len(answers)-1, len(questions))
	}
	for i, q := range questions {
		if err := q.Read(readAnswer(answers[i])); err != nil {
			return err
		}
	}
	return nil
}

// together is the scripts of questions as one. For each it prints the exit code in a
// line, then what the script printed, or said when it failed, and a line of end.
func together(questions []Question, end string) *Script {
	all := &Script{}
	dir := all.Temporary()
	for i, q := range questions {
		all.Raw("(")
		all.Append(&q.Script.Script)
		all.Raw(fmt.Sprintf(") >%s/%d 2>%s/%d.said & pid%d=$!", dir, i, dir, i, i))
	}
	for i := range questions {
		all.Raw(fmt.Sprintf(`wait $pid%d; code=$?; echo $code`, i))
		all.Raw(fmt.Sprintf(`if [ $code -eq 0 ]; then cat %s/%d; else tail -c 4096 %s/%d.said; fi`, dir, i, dir, i))
		all.Raw(fmt.Sprintf(`printf '\n%%s\n' %s`, end))
	}
	return all
}

// readAnswer is what one script printed, or how it failed.
func readAnswer(printed []byte) ([]byte, error) {
	first, answer, _ := bytes.Cut(printed, []byte("\n"))
	code, err := strconv.Atoi(string(first))
	if err != nil {
		return nil, fmt.Errorf("reading an answer: it begins with %q where an exit code is wanted", first)
	}
	if code != 0 {
		return nil, &command.Error{Args: []string{"sh", "-s"}, ExitCode: code, Stderr: strings.TrimSpace(string(answer)), Err: errors.New("it failed")}
	}
	return answer, nil
}
