package dockerengine

import (
	"context"
	"time"

	"git.example/slipway/pipelines/command"
)

// cli is the docker command line.
type cli struct{ program string }

// docker is a docker command.
func (c cli) docker(args ...string) command.Command {
	return command.Command{Args: append([]string{c.program}, args...)}
}

// cleaning is a docker command that an interrupt from the terminal does not
// reach.
func (c cli) cleaning(args ...string) command.Command {
	clean := c.docker(args...)
	clean.Detached = true
	return clean
}

// cleanup is a context to clean up with, also when ctx is cancelled.
func cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
}
