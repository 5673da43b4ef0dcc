package stack

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
)

// asked are a script's answer and how it failed.
type asked struct {
	Answer, Said string
	Code         int
}

// ask puts scripts to this machine.
func ask(t *testing.T, scripts ...string) []asked {
	t.Helper()
	all := make([]asked, len(scripts))
	var questions []Question
	for i, text := range scripts {
		script := &Script{}
		script.Raw(text)
		questions = append(questions, Question{script, func(answer []byte, err error) error {
			all[i].Answer = string(answer)
			if err != nil {
				all[i].Code = command.ExitCode(err)
				all[i].Said = err.Error()
			}
			return nil
		}})
	}
	if err := (Stack{Host: deploy.LocalHost{}}).Ask(t.Context(), questions...); err != nil {
		t.Fatal(err)
	}
	return all
}

// Each question has its own answer, whatever the others print, say, or end with.
func TestAnswersAreApart(t *testing.T) {
	got := ask(t, "echo one; exit 0; echo not this", "echo two; echo bad >&2; exit 7", "printf 'a\n\nb'", "cd /; true", "printf '3\n\n'; echo gone >&2")
	want := []asked{
		{Answer: "one\n"},
		{Said: `running "sh -s": exit code 7: bad`, Code: 7},
		{Answer: "a\n\nb"},
		{},
		{Answer: "3\n\n"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (- want, + got):\n%s", diff)
	}
}

// Scripts run beside each other: each waits here for what the other makes.
func TestQuestionsAreAskedAtOnce(t *testing.T) {
	dir := t.TempDir()
	waits := func(makes, wants string) string {
		return "cd '" + dir + "'; : >" + makes + "; n=0; while [ ! -e " + wants + " ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done; [ -e " + wants + " ] && echo met"
	}
	for _, a := range ask(t, waits("a", "b"), waits("b", "a")) {
		if a.Answer != "met\n" {
			t.Errorf("one script waited for the other: %+v", a)
		}
	}
}

// Nothing of what was asked or answered stays, and meanwhile nobody else can read it.
func TestNothingOfAnAnswerStays(t *testing.T) {
	script := &Script{}
	dir := script.Temporary()
	script.File(dir+"/secret", "s3cret")
	script.Raw("echo " + dir + "; ls -ld " + dir)
	other := &Script{}
	other.Raw("echo other")
	var printed string
	err := (Stack{Host: deploy.LocalHost{}}).Ask(t.Context(),
		Question{script, func(answer []byte, err error) error { printed = string(answer); return err }},
		Question{other, func(_ []byte, err error) error { return err }})
	if err != nil {
		t.Fatal(err)
	}
	at, listed, _ := strings.Cut(printed, "\n")
	if !strings.HasPrefix(listed, "drwx------") {
		t.Errorf("others can look into it: %q", printed)
	}
	if _, err := os.Stat(at); !os.IsNotExist(err) {
		t.Errorf("%q stays (%v)", at, err)
	}
}

// A shell that can't run the scripts at all is an error, and no answer is made up.
func TestNoAnswer(t *testing.T) {
	for _, printed := range []string{"", "x\nanswer", "\n"} {
		if answer, err := readAnswer([]byte(printed)); err == nil {
			t.Errorf("%q was taken for the answer %q", printed, answer)
		}
	}
}

// The script runs in what a host's sh may be.
func TestAskInOtherShells(t *testing.T) {
	script := &Script{}
	script.Raw("echo fine")
	failing := &Script{}
	failing.Raw("echo no >&2; false")
	c := together([]Question{{Script: script}, {Script: failing}}, "END").Command()
	text, err := io.ReadAll(c.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	for _, sh := range [][]string{{"dash"}, {"bash", "--posix"}, {"busybox", "sh"}} {
		if _, err := exec.LookPath(sh[0]); err != nil {
			t.Logf("no %s here", sh[0])
			continue
		}
		run := exec.Command(sh[0], append(sh[1:], "-s")...)
		run.Stdin = bytes.NewReader(text)
		out, err := run.CombinedOutput()
		if want := "0\nfine\n\nEND\n1\nno\n\nEND\n"; err != nil || string(out) != want {
			t.Errorf("%s printed %q (%v), want %q", sh[0], out, err, want)
		}
	}
}
