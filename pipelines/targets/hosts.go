package targets

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/workspace"
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

// Choice chooses among the targets and hosts of an environment.
type Choice struct {
	Env string
	// Targets and Hosts by name; all when empty. A host is named as in slipway.yaml
	// or as in messages.
	Targets, Hosts []string
}

// Hosts are the targets on machines that are chosen, in order. Nothing is
// connected yet.
func (e *Environments) Hosts(ctx context.Context, environment config.Entry[config.Environment], choice Choice) ([]Host, error) {
	if err := CheckOnly(environment, choice.Targets); err != nil {
		return nil, err
	}
	s := e.bare(environment)
	var chosen []Host
	var names []string
	for _, target := range environment.Value.Deploy {
		if len(choice.Targets) > 0 && !slices.Contains(choice.Targets, target.Name) {
			continue
		}
		hosts, err := kindOf(target.Value).hosts(ctx, s, target.Name)
		if err != nil {
			return nil, err
		}
		for _, host := range hosts {
			names = append(names, host.machine.name)
			if len(choice.Hosts) == 0 || slices.ContainsFunc(choice.Hosts, host.machine.called) {
				chosen = append(chosen, host)
			}
		}
	}
	switch {
	case len(names) == 0:
		return nil, workspace.Usage("environment %q has no target on a host", environment.Name)
	case len(chosen) == 0:
		return nil, workspace.Usage("unknown host %q: %s", strings.Join(choice.Hosts, ", "), workspace.Choices("hosts", names, "environment "+environment.Name))
	}
	return chosen, nil
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
	if h.machine.ssh != nil && in != nil {
		return h.machine.ssh.Interactive(ctx, c, in, out, errs, pty)
	}
	c.Stdin = in
	return h.machine.host.Run(ctx, c, out, errs)
}
