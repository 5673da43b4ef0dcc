package terraform

import (
	"bytes"
	"context"
	"errors"
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
}

// unset are variables that would change what the commands print or take.
var unset = []string{
	"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_PATH", // a log of theirs has every secret
	"TF_CLI_ARGS", "TF_CLI_ARGS_init", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_apply", "TF_CLI_ARGS_show",
	"TF_CLI_ARGS_output", "TF_CLI_ARGS_version", "TF_CLI_ARGS_workspace",
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
