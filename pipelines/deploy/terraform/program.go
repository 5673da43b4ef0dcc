package terraform

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/secrets"
)

// interruptGrace is how long an interrupted Terraform has to end what it began
// and to save its state, before it is killed.
const interruptGrace = 5 * time.Minute

// program is Terraform or OpenTofu for one directory.
type program struct {
	// name is terraform or tofu.
	name string
	// version reads as "1.11.4".
	version string
	module  module
	env     []string
	// secrets are removed from what it prints.
	secrets *secrets.Redactor
	// aside is what a dry run has beside the checkout; nil in any other one.
	aside *aside
}

// dataDir is where the program keeps what it knows of the directory.
func (p *program) dataDir() string {
	if p.aside != nil {
		return p.aside.data()
	}
	return filepath.Join(p.module.dir(), ".terraform")
}

func (p *program) command(args ...string) command.Command {
	return command.Command{
		Args: append([]string{p.name}, args...), Dir: p.module.dir(), Env: p.env, Unset: unset,
		Detached: true, Grace: interruptGrace,
	}
}

// output is the standard output of a command that changes nothing.
func (p *program) output(ctx context.Context, args ...string) ([]byte, error) {
	out, err := p.command(args...).Output(ctx)
	if err == nil {
		return out, nil
	}
	var failed *command.Error
	if errors.As(err, &failed) && failed.ExitCode >= 0 {
		return nil, p.failure(args[0], failed.Stderr)
	}
	return nil, err
}

// json is what a command prints as JSON. OpenTofu prints warnings about its own
// configuration before it.
func (p *program) json(ctx context.Context, args ...string) ([]byte, error) {
	out, err := p.output(ctx, args...)
	if at := bytes.Index(append([]byte("\n"), out...), []byte("\n{")); at > 0 {
		out = out[at:]
	}
	return out, err
}
