package pipelines

import (
	"context"
	"errors"
	"io"

	"git.example/slipway/pipelines/ssh"
)

// ExecOptions say what to run where.
type ExecOptions struct {
	HostOptions
	// Service of the stack, and which of its containers, from 1.
	Service string
	Number  int
	Command []string
	// In is nothing when nil. PTY gives the command a terminal.
	In       io.Reader
	Out, Err io.Writer
	PTY      *ssh.PTY
}

// Exec runs a command in a running container: of the first stack that has the
// service, on its first host, unless the options say otherwise, or of a task of a service
// of ECS. A command that fails is a *command.Error with its exit code; ECS Exec tells
// none.
func (p *Project) Exec(ctx context.Context, o ExecOptions) error {
	found, err := findRunning(ctx, p.workspace, p.targets, o.HostOptions)
	if err != nil {
		return err
	}
	var problems []error
	for _, host := range found.stacks {
		c, err := host.Stack.Exec(ctx, o.Service, o.Number, o.Command, o.In != nil, o.PTY != nil)
		if err == nil {
			return host.Run(ctx, c, o.In, o.Out, o.Err, o.PTY)
		}
		problems = append(problems, err)
	}
	for _, cluster := range found.clusters {
		c, err := cluster.Exec(ctx, o.Service, o.Number, o.Command)
		if err == nil {
			c.Stdin = o.In
			return c.Run(ctx, o.Out, o.Err)
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}
