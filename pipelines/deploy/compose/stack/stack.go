// Package stack is a compose stack on its host: where its files are, and how
// scripts and compose run there. What runs in it is in package container.
package stack

import (
	"bytes"
	"context"
	"io"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// Stack is where a stack is, and what slipway.yaml says of it.
type Stack struct {
	Host deploy.Host
	// HostName is the host in messages; empty for this machine.
	HostName string
	// Dir is the stack's directory on the host, absolute.
	Dir string
	// StateDir is the target's own directory on the host, absolute.
	StateDir string
	Config   config.ComposeTarget
	// Synced are directories, absolute, that other targets of the environment bring
	// to the host.
	Synced []string
	// InCheckout says that Dir is in the working tree that is released.
	InCheckout bool
	// Poll is the time between looks at something that is waited for.
	Poll time.Duration
}

// On is where the stack is, for messages.
func (s Stack) On() string {
	if s.HostName == "" {
		return "this machine"
	}
	return "host " + s.HostName
}

// Run runs a script on the host.
func (s Stack) Run(ctx context.Context, script *Script, stdout, stderr io.Writer) error {
	return s.Host.Run(ctx, script.Command(), stdout, stderr)
}

// Output is what a script prints that changes nothing: it may run twice.
func (s Stack) Output(ctx context.Context, script *Script) ([]byte, error) {
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return s.Run(ctx, script, &out, nil)
	})
	return out.Bytes(), err
}

// Compose is the start of a compose command line.
func (s Stack) Compose(project string) []string {
	return []string{"docker", "compose", "--project-directory", s.Dir, "-p", project}
}

// InDirectory is a script in the stack's directory, with a release's variables.
func (s Stack) InDirectory(variables map[string]string, script *Script) *Script {
	whole := &Script{}
	whole.Export(variables)
	whole.Line("cd", s.Dir)
	whole.Append(&script.Script)
	return whole
}

// HealthTimeout is how long containers have to become healthy.
func (s Stack) HealthTimeout() time.Duration { return s.Config.HealthTimeout.Or(2 * time.Minute) }

// SettleTime is how long a container without a health check has to run before
// it counts as healthy.
func (s Stack) SettleTime() time.Duration { return s.Config.Settle.Or(5 * time.Second) }
