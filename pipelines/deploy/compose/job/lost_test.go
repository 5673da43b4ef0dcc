package job

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// losing is a host whose connection is lost during some of the programs that
// it runs, counted from 1: before the program, or after it.
type losing struct {
	deploy.LocalHost
	runs   int
	before map[int]bool
	after  map[int]bool
}

func (l *losing) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	l.runs++
	lost := &command.Error{Args: c.Args, ExitCode: -1, Err: fmt.Errorf("on app1: %w", command.ErrLost)}
	if l.before[l.runs] {
		return lost
	}
	err := l.LocalHost.Run(ctx, c, stdout, stderr)
	if l.after[l.runs] {
		return lost
	}
	return err
}

// A job runs once, whether the connection is lost while it is started, before
// or after, or while it is followed.
func TestJobRunsOnceWhenTheConnectionIsLost(t *testing.T) {
	t.Parallel()
	tests := map[string]*losing{
		"never":                {},
		"before it is started": {before: map[int]bool{1: true}},
		"after it was started": {after: map[int]bool{1: true}},
		"twice":                {after: map[int]bool{1: true}, before: map[int]bool{2: true}},
		"while it is followed": {before: map[int]bool{2: true, 4: true}, after: map[int]bool{3: true}},
	}
	for name, host := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			jobs := runner(host, dir)
			s := &stack.Script{}
			s.Raw("echo ran >>" + shell.Quote(filepath.Join(dir, "ran")))
			s.Raw("echo output; sleep 1; exit 3")
			var log bytes.Buffer
			err := jobs.Run(t.Context(), s, Job{}, &log)
			if command.ExitCode(err) != 3 || log.String() != "output\n" {
				t.Errorf("error %v, output %q", err, log.String())
			}
			if got, err := os.ReadFile(filepath.Join(dir, "ran")); err != nil || string(got) != "ran\n" {
				t.Errorf("it ran: %q, %v", got, err)
			}
		})
	}
}

// A host that stays away is given up; its job goes on.
func TestJobOnAHostThatStaysAway(t *testing.T) {
	t.Parallel()
	host := &losing{before: map[int]bool{}}
	for run := 2; run < 1000; run++ {
		host.before[run] = true
	}
	jobs := runner(host, t.TempDir())
	jobs.Blind = 100 * time.Millisecond
	s := &stack.Script{}
	s.Raw("true")
	if err := jobs.Run(t.Context(), s, Job{}, io.Discard); err == nil {
		t.Error("no error")
	}
}
