package compose

import (
	"context"
	"fmt"
	"io"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// LogOptions say which log lines to show.
type LogOptions struct {
	// Services of the stack; all when empty.
	Services []string
	// Follow goes on until ctx ends.
	Follow bool
	// Tail is how many of the last lines, "all" or empty for all.
	Tail string
	// Since is a time or a duration, as docker logs takes it.
	Since string
}

// Logs copies the log lines of the stack's containers to out.
func (t *Target) Logs(ctx context.Context, o LogOptions, out io.Writer) error {
	project, err := deployedProject(ctx, t.stack)
	if err != nil {
		return err
	}
	words := []string{"docker", "compose", "--project-directory", t.stack.StateDir, "-p", project, "logs", "--no-color"}
	if o.Follow {
		words = append(words, "--follow")
	}
	if o.Tail != "" {
		words = append(words, "--tail", o.Tail)
	}
	if o.Since != "" {
		words = append(words, "--since", o.Since)
	}
	// In a directory without a compose file, so that it is the project that counts.
	err = t.stack.Host.Run(ctx, command.Command{Args: append(words, o.Services...), Dir: t.stack.StateDir}, out, out)
	if ctx.Err() != nil {
		return nil // who follows ends by an interrupt
	}
	return err
}

// deployedProject is the compose project that was deployed to a stack.
func deployedProject(ctx context.Context, s stack.Stack) (string, error) {
	known, err := state.Read(ctx, s)
	if err == nil && known.Project == "" {
		err = fmt.Errorf("nothing was deployed to %s yet", s.Dir)
	}
	return known.Project, err
}
