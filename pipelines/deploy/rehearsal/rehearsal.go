package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// stepTime is how long one step may take: a host that hangs is to be named, not
// waited for.
const stepTime = 30 * time.Second

// errNoAnswer is the cause when it takes longer.
var errNoAnswer = errors.New("no answer")

// Step does one thing, and says what came of it. An error is what is wrong, and
// advice what to do about it.
func Step(ctx context.Context, subject string, do func(context.Context) (found, advice string, err error)) deploy.Finding {
	return StepWithin(ctx, stepTime, subject, do)
}

// StepWithin is Step with a time of its own.
func StepWithin(ctx context.Context, most time.Duration, subject string, do func(context.Context) (found, advice string, err error)) deploy.Finding {
	ctx, done := context.WithTimeoutCause(ctx, most, errNoAnswer)
	defer done()
	found, advice, err := do(ctx)
	f := deploy.Finding{Subject: subject, OK: err == nil, Found: found, Advice: advice}
	switch {
	case err != nil && errors.Is(context.Cause(ctx), errNoAnswer):
		f.Found, f.Advice = fmt.Sprintf("no answer in %s", most), "see what keeps the host busy: uptime, df, dmesg"
	case err != nil:
		f.Found = OneLine(said(err))
	}
	return f
}

// said leaves the script out of its error: what its programs said is what matters.
func said(err error) string {
	var failed *command.Error
	if errors.As(err, &failed) && failed.Stderr != "" && failed.ExitCode >= 0 {
		return failed.Stderr
	}
	return err.Error()
}

// OneLine is a host's text as a table has it: one line, no control characters, not
// long.
func OneLine(text string) string {
	const most = 700
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = strings.Join(strings.Fields(text), " ")
	if all := []rune(text); len(all) > most {
		text = string(all[:most]) + "…"
	}
	return text
}

// output is what a script prints.
func output(ctx context.Context, h deploy.Host, script string, words ...string) (string, error) {
	s := &shell.Script{}
	s.Raw("export LC_ALL=C") // what programs say is looked into
	s.Line(append([]string{"set", "--"}, words...)...)
	s.Raw(script)
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return h.Run(ctx, s.Command(), &out, nil)
	})
	return out.String(), err
}

// facts runs a script that says names and values in turn by "say".
func facts(ctx context.Context, h deploy.Host, script string, words ...string) (map[string]string, error) {
	out, err := output(ctx, h, "say() { printf '%s\\0' \"$@\"; }\n"+script, words...)
	found := map[string]string{}
	all := strings.Split(out, "\x00")
	for i := 0; i+1 < len(all); i += 2 {
		found[all[i]] = all[i+1]
	}
	return found, err
}
