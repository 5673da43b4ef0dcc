package targets

import (
	"context"
	"fmt"
	"io"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/ssh"
)

// Host is one target on one machine, to look at.
type Host struct {
	Target string
	// Stack is set for a compose stack.
	Stack *compose.Target

	machine machine
	// check looks at what a deploy needs there.
	check func(context.Context) ([]deploy.Finding, error)
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

// Findings are whether the host can be reached, and whether it has what deploys
// need. It changes nothing.
func (h Host) Findings(ctx context.Context) []deploy.Finding {
	var findings []deploy.Finding
	if h.machine.ssh != nil {
		connection := deploy.Finding{Target: h.Target, Subject: "ssh", OK: true, Found: "connected"}
		if err := h.machine.ssh.Connect(ctx); err != nil {
			connection.OK, connection.Found, connection.Advice = false, err.Error(), "see the message"
			connection.Host = h.machine.name
			return []deploy.Finding{connection}
		}
		findings = append(findings, connection)
	}
	more, err := h.check(ctx)
	if err != nil {
		more = []deploy.Finding{{Target: h.Target, Subject: "shell", Found: fmt.Sprint(err), Advice: "see the message"}}
	}
	findings = append(findings, more...)
	for i := range findings {
		findings[i].Host = h.machine.name
	}
	return findings
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
