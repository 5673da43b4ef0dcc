// Package job runs scripts that change a stack so that they outlive us: a run
// that is killed leaves none of them half-way, and the next run waits for one
// that it finds running.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Job is a script that goes on when we are killed: what it does to a stack is
// never stranded half-way. Its output goes to a file that we follow. In the
// target's state directory:
//
//	job/job.json   this
//	job/script     the script
//	job/pid        its process
//	job/boot       the machine's boot id, where there is one: process ids start anew
//	job/out        its output
//	job/rc         its exit code, once it ended
type Job struct {
	// Timeout is how long it may take; DefaultTimeout when zero.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Container is what to remove to end it.
	Container string `json:"container,omitempty"`
	// Tag and Step are what is done when it ends well: see package state.
	Tag  string `json:"tag,omitempty"`
	Step string `json:"step,omitempty"`
}

// DefaultTimeout is for docker and compose commands that wait for nothing but
// docker itself, a stop grace period at most.
const DefaultTimeout = 10 * time.Minute

// errTimeout is the cause when a job takes too long.
var errTimeout = errors.New("it took too long and was ended")

// Runner runs the jobs of a stack, one at a time.
type Runner struct {
	Stack stack.Stack
	// Blind is how long a job may go on unseen while its host can't be reached.
	Blind time.Duration
}

func (r Runner) dir() string { return path.Join(r.Stack.StateDir, "job") }

// Run starts a script and follows it to its end, copying its output to log.
// A script that fails is a *command.Error.
func (r Runner) Run(ctx context.Context, s *stack.Script, j Job, log io.Writer) error {
	info, err := json.Marshal(j)
	if err != nil {
		return err
	}
	if err := r.Stack.Host.Remove(ctx, r.dir()); err != nil {
		return fmt.Errorf("starting a job: %w", err)
	}
	// The script itself stays in the job's directory; what it runs does not.
	whole := "( set -e\n" + s.String() + ") </dev/null\necho $? >rc.new && mv rc.new rc\n"
	for name, content := range map[string]string{"job.json": string(info), "script": whole} {
		if err := r.Stack.Host.WriteFile(ctx, path.Join(r.dir(), name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("starting a job: %w", err)
		}
	}
	// When the connection is lost nobody knows whether it has started: it is
	// started again, and only one of them takes the claim.
	start := &stack.Script{}
	start.Raw("cd " + shell.Quote(r.dir()) + " || exit")
	start.Raw("if mkdir claim 2>/dev/null; then")
	start.Raw(bootID + " >boot")
	start.Raw("nohup sh ./script >out 2>&1 </dev/null &")
	start.Raw("echo $! >pid.new && mv pid.new pid")
	start.Raw("else")
	start.Raw(waitForPID)
	start.Raw("fi")
	if err := deploy.Again(ctx, func() error { return r.Stack.Run(ctx, start, nil, nil) }); err != nil {
		return fmt.Errorf("starting a job: %w", err)
	}
	return r.follow(ctx, j, log)
}

// waitForPID waits a moment for a job that is just being started.
const waitForPID = "for i in 1 2 3; do [ -f pid ] || sleep 1; done"

// bootID prints what tells this boot of a machine from the one before; nothing
// but on Linux.
const bootID = "cat /proc/sys/kernel/random/boot_id 2>/dev/null"
