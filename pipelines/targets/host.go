package targets

import (
	"context"
	"io"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/rehearsal"
	"git.example/slipway/pipelines/ssh"
)

// Host is one target on one machine, to look at.
type Host struct {
	Target string
	// Stack is set for a compose stack.
	Stack *compose.Target

	machine machine
	// places are directories of the machine that a deploy writes to.
	places []string
	// rehearse does on the machine what a deploy does there, and undoes it.
	rehearse func(context.Context, *rehearsal.Stages, pulls) []deploy.Finding
}

// Name is the host, or the target where there is just this machine.
func (h Host) Name() string {
	if h.machine.name == "" {
		return h.Target
	}
	return h.machine.name
}

// Label is how progress calls the target there.
func (h Host) Label() string {
	if h.machine.name == "" {
		return h.Target
	}
	return h.Target + " on " + h.machine.name
}

// Run runs a command on the host. In is nothing when nil; a PTY gives the command
// a terminal.
func (h Host) Run(ctx context.Context, c command.Command, in io.Reader, out, errs io.Writer, pty *ssh.PTY) error {
	c = h.machine.docker.Command(c)
	if h.machine.ssh != nil && in != nil {
		return h.machine.ssh.Interactive(ctx, c, in, out, errs, pty)
	}
	c.Stdin = in
	return h.machine.host.Run(ctx, c, out, errs)
}
