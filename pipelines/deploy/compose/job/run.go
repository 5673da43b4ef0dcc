package job

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

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
	whole := `eval "${` + deploy.RunDocker + `-}"` + "\n( set -e\n" + s.String() + ") </dev/null\ncode=$?; umask 077; echo $code >rc.new && mv rc.new rc\n"
	for name, content := range map[string]string{"job.json": string(info), "script": whole} {
		if err := r.Stack.Host.WriteFile(ctx, path.Join(r.dir(), name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("starting a job: %w", err)
		}
	}
	// When the connection is lost nobody knows whether it has started: it is
	// started again, and only one of them takes the claim.
	start := &stack.Script{}
	start.Raw("cd " + shell.Quote(r.dir()) + " || exit")
	// What it prints is for us alone; what it makes has the mode that its user wants.
	start.Raw("mask=$(umask); umask 077")
	start.Raw("if mkdir claim 2>/dev/null; then")
	start.Raw(bootID + " >boot")
	start.Raw("(trap '' HUP; umask \"$mask\"; exec sh ./script) >out 2>&1 </dev/null &") // not every busybox has nohup
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
