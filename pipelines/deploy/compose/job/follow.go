package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// errTimeout is the cause when a job takes too long.
var errTimeout = errors.New("it took too long and was ended")

// follow copies a job's output to log until it ends.
func (r Runner) follow(ctx context.Context, j Job, log io.Writer) error {
	timeout := j.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	deadline := time.Now().Add(timeout)
	tail := &lastBytes{}
	wait := 50 * time.Millisecond
	seen := time.Now()
	for read := 0; ; {
		out, status, err := r.look(ctx, read)
		if err != nil {
			// The job goes on without us, so look again, also while the host does
			// not answer.
			if time.Since(seen) > r.Blind {
				return err
			}
			if err := pause(ctx, time.Second); err != nil {
				return err
			}
			continue
		}
		seen = time.Now()
		read += len(out)
		log.Write(out)
		tail.Write(out)
		if status != statusRuns {
			r.forget(ctx)
		}
		if status == "0" {
			return nil
		}
		if status != statusRuns {
			code, err := strconv.Atoi(status)
			if err != nil {
				code = -1 // it was killed, or the machine went down under it
			}
			return &command.Error{Args: []string{"docker"}, ExitCode: code, Stderr: tail.String(), Err: errors.New("it was killed")}
		}
		if time.Now().After(deadline) {
			return errors.Join(fmt.Errorf("%w (after %s)", errTimeout, timeout), r.end(ctx, j))
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
		wait = min(wait*5/4, r.Stack.Poll)
	}
}

// pause waits, or ends with ctx's cause.
func pause(ctx context.Context, wait time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(wait):
		return nil
	}
}

// statusRuns is the status of a job that has not ended.
const statusRuns = "runs"

// alive prints statusRuns when the job's process runs, in its directory.
const alive = `[ "$(cat boot 2>/dev/null)" = "$(` + bootID + `)" ] && kill -0 $(cat pid) 2>/dev/null && echo ` + statusRuns

// look reads a job's output from byte read on, and its status: an exit code,
// statusRuns, or nothing when it is gone without one.
func (r Runner) look(ctx context.Context, read int) (out []byte, status string, err error) {
	s := &stack.Script{}
	s.Raw("cd " + shell.Quote(r.dir()) + " || exit")
	s.Raw("alive=$(" + alive + ")")
	s.Raw("if [ -f rc ]; then cat rc >&2; else echo $alive >&2; fi")
	s.Raw(fmt.Sprintf("[ ! -f out ] || tail -c +%d out", read+1))
	var stdout, stderr bytes.Buffer
	if err := r.Stack.Run(ctx, s, &stdout, &stderr); err != nil {
		return nil, "", fmt.Errorf("following a job: %w", err)
	}
	return stdout.Bytes(), strings.TrimSpace(stderr.String()), nil
}

// forget removes what a job was told and what it has printed. That it ran, and how it
// ended, stays: a run that is killed before it has recorded that is not the last one.
func (r Runner) forget(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	for _, name := range []string{"out", "script"} {
		_ = r.Stack.Host.Remove(ctx, path.Join(r.dir(), name)) // the next job removes what is left
	}
}

// end ends a job that takes too long.
func (r Runner) end(ctx context.Context, j Job) error {
	s := &stack.Script{}
	if j.Container != "" {
		s.Raw(shell.Words("docker", "rm", "-f", j.Container) + " 2>&1 || true")
	}
	s.Raw("cd " + shell.Quote(r.dir()) + " || exit")
	s.Raw("[ -f rc ] || kill $(cat pid) 2>/dev/null || true")
	if err := deploy.Again(ctx, func() error { return r.Stack.Run(ctx, s, nil, nil) }); err != nil {
		return fmt.Errorf("ending a job: %w", err)
	}
	return nil
}

// lastBytes keeps the end of what is written to it.
type lastBytes struct{ kept []byte }

// Write keeps p, and drops what is too old.
func (l *lastBytes) Write(p []byte) (int, error) {
	const most = 4 << 10
	l.kept = append(l.kept, p...)
	if extra := len(l.kept) - most; extra > 0 {
		l.kept = append(l.kept[:0], l.kept[extra:]...)
	}
	return len(p), nil
}

// String is what was kept.
func (l *lastBytes) String() string { return strings.TrimSpace(string(l.kept)) }
