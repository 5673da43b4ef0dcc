package compose

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// job is a script that goes on when we are killed: what it does to a stack is
// never stranded half-way. Its output goes to a file that we follow. The next
// run waits for one that it finds running. In the target's state directory:
//
//	job/job.json   this
//	job/script     the script
//	job/pid        its process
//	job/boot       the machine's boot id, where there is one: process ids start anew
//	job/out        its output
//	job/rc         its exit code, once it ended
type job struct {
	// Timeout is how long it may take; jobTimeout when zero.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Container is what to remove to end it.
	Container string `json:"container,omitempty"`
	// Tag and Step are what is done when it ends well: see state.
	Tag  string `json:"tag,omitempty"`
	Step string `json:"step,omitempty"`
}

// jobTimeout is for docker and compose commands that wait for nothing but
// docker itself, a stop grace period at most.
const jobTimeout = 10 * time.Minute

// errTimeout is the cause when a job takes too long.
var errTimeout = errors.New("it took too long and was ended")

func (t *Target) jobDir() string { return path.Join(t.State, "job") }

// runJob starts a script and follows it to its end, copying its output to log.
// A script that fails is a *command.Error.
func (t *Target) runJob(ctx context.Context, s *script, j job, log io.Writer) error {
	info, err := json.Marshal(j)
	if err != nil {
		return err
	}
	if err := t.Host.Remove(ctx, t.jobDir()); err != nil {
		return fmt.Errorf("starting a job: %w", err)
	}
	// The script itself stays in the job's directory; what it runs does not.
	whole := "( set -e\n" + s.String() + ") </dev/null\necho $? >rc.new && mv rc.new rc\n"
	for name, content := range map[string]string{"job.json": string(info), "script": whole} {
		if err := t.Host.WriteFile(ctx, path.Join(t.jobDir(), name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("starting a job: %w", err)
		}
	}
	// When the connection is lost nobody knows whether it has started: it is
	// started again, and only one of them takes the claim.
	start := &script{}
	start.Raw("cd " + shell.Quote(t.jobDir()) + " || exit")
	start.Raw("if mkdir claim 2>/dev/null; then")
	start.Raw(bootID + " >boot")
	start.Raw("nohup sh ./script >out 2>&1 </dev/null &")
	start.Raw("echo $! >pid.new && mv pid.new pid")
	start.Raw("else")
	start.Raw(waitForPID)
	start.Raw("fi")
	if err := deploy.Again(ctx, func() error { return t.run(ctx, start, nil, nil) }); err != nil {
		return fmt.Errorf("starting a job: %w", err)
	}
	return t.follow(ctx, j, log)
}

// waitForPID waits a moment for a job that is just being started.
const waitForPID = "for i in 1 2 3; do [ -f pid ] || sleep 1; done"

// follow copies a job's output to log until it ends.
func (t *Target) follow(ctx context.Context, j job, log io.Writer) error {
	timeout := j.Timeout
	if timeout == 0 {
		timeout = jobTimeout
	}
	deadline := time.Now().Add(timeout)
	tail := &lastBytes{}
	wait := 50 * time.Millisecond
	seen := time.Now()
	for read := 0; ; {
		out, status, err := t.look(ctx, read)
		if err != nil {
			// The job goes on without us, so look again, also while the host does
			// not answer.
			if time.Since(seen) > t.blind() {
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
		if status == "0" {
			return nil
		}
		if status != jobRuns {
			code, err := strconv.Atoi(status)
			if err != nil {
				code = -1 // it was killed, or the machine went down under it
			}
			return &command.Error{Args: []string{"docker"}, ExitCode: code, Stderr: tail.String(), Err: errors.New("it was killed")}
		}
		if time.Now().After(deadline) {
			return errors.Join(fmt.Errorf("%w (after %s)", errTimeout, timeout), t.endJob(ctx, j))
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
		wait = min(wait*5/4, t.poll())
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

// blind is how long a job may go on unseen while its host can't be reached.
func (t *Target) blind() time.Duration {
	if t.Blind == 0 {
		return time.Minute
	}
	return t.Blind
}

// bootID prints what tells this boot of a machine from the one before; nothing
// but on Linux.
const bootID = "cat /proc/sys/kernel/random/boot_id 2>/dev/null"

// jobRuns is the status of a job that has not ended.
const jobRuns = "runs"

// look reads a job's output from byte read on, and its status: an exit code,
// jobRuns, or nothing when it is gone without one.
func (t *Target) look(ctx context.Context, read int) (out []byte, status string, err error) {
	s := &script{}
	s.Raw("cd " + shell.Quote(t.jobDir()) + " || exit")
	s.Raw(`alive=$([ "$(cat boot 2>/dev/null)" = "$(` + bootID + `)" ] && kill -0 $(cat pid) 2>/dev/null && echo ` + jobRuns + ")")
	s.Raw("if [ -f rc ]; then cat rc >&2; else echo $alive >&2; fi")
	s.Raw(fmt.Sprintf("tail -c +%d out", read+1))
	var stdout, stderr bytes.Buffer
	if err := t.run(ctx, s, &stdout, &stderr); err != nil {
		return nil, "", fmt.Errorf("following a job: %w", err)
	}
	return stdout.Bytes(), strings.TrimSpace(stderr.String()), nil
}

// endJob ends a job that takes too long.
func (t *Target) endJob(ctx context.Context, j job) error {
	s := &script{}
	if j.Container != "" {
		s.Raw(shell.Words("docker", "rm", "-f", j.Container) + " 2>&1 || true")
	}
	s.Raw("cd " + shell.Quote(t.jobDir()) + " || exit")
	s.Raw("[ -f rc ] || kill $(cat pid) 2>/dev/null || true")
	if err := deploy.Again(ctx, func() error { return t.run(ctx, s, nil, nil) }); err != nil {
		return fmt.Errorf("ending a job: %w", err)
	}
	return nil
}

// Settle waits for a job that a killed run left running, so that two of them
// never work on the stack at once.
func (t *Target) Settle(ctx context.Context, log io.Writer) error {
	info, err := t.Host.ReadFile(ctx, path.Join(t.jobDir(), "job.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a job that was left: %w", err)
	}
	var j job
	if err := json.Unmarshal(info, &j); err != nil {
		return fmt.Errorf("looking for a job that was left: %w", err)
	}
	if _, err := t.Host.ReadFile(ctx, path.Join(t.jobDir(), "pid")); errors.Is(err, fs.ErrNotExist) {
		return nil // killed before it started
	}
	if _, err := t.Host.ReadFile(ctx, path.Join(t.jobDir(), "rc")); err == nil {
		log = io.Discard // it ended long ago; whoever started it has shown its output
	}
	if err := t.follow(ctx, j, log); err != nil {
		if context.Cause(ctx) != nil {
			return err
		}
		return nil // how it ended shows in what is observed next
	}
	if j.Step == "" {
		return nil
	}
	return t.stepDone(ctx, j.Tag, j.Step)
}

// lastBytes keeps the end of what is written to it.
type lastBytes struct{ kept []byte }

func (l *lastBytes) Write(p []byte) (int, error) {
	const most = 4 << 10
	l.kept = append(l.kept, p...)
	if extra := len(l.kept) - most; extra > 0 {
		l.kept = append(l.kept[:0], l.kept[extra:]...)
	}
	return len(p), nil
}

func (l *lastBytes) String() string { return strings.TrimSpace(string(l.kept)) }
