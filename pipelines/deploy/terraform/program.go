package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/config"
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
	dir     string
	// shownDir is dir as slipway.yaml has it.
	shownDir string
	env      []string
	// secrets are removed from what it prints.
	secrets *secrets.Redactor
}

// unset are variables that would change what the commands print or take.
var unset = []string{
	"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_PATH", // a log of theirs has every secret
	"TF_CLI_ARGS", "TF_CLI_ARGS_init", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_apply", "TF_CLI_ARGS_show",
	"TF_CLI_ARGS_output", "TF_CLI_ARGS_version", "TF_CLI_ARGS_workspace",
}

// program finds the program and initialises the directory, once.
func (t *Target) program(ctx context.Context, log io.Writer) (*program, error) {
	if t.ready != nil {
		return t.ready, nil
	}
	info, err := os.Stat(t.dir())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("directory %q is not in this checkout: Terraform's code is taken from there; check out a commit that has it, or correct dir in slipway.yaml", t.Config.Dir)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%q is no directory: dir in slipway.yaml names the one with Terraform's code", t.Config.Dir)
	}
	name, err := t.binary()
	if err != nil {
		return nil, err
	}
	p := &program{name: name, dir: t.dir(), shownDir: t.Config.Dir, env: []string{"TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1"}, secrets: secrets.NewRedactor()}
	for _, name := range slices.Sorted(maps.Keys(t.Env)) {
		p.env = append(p.env, name+"="+t.Env[name])
	}
	for _, name := range slices.Sorted(maps.Keys(t.Secrets)) {
		p.env = append(p.env, name+"="+t.Secrets[name].Reveal())
		p.secrets.Add(t.Secrets[name])
	}
	if err := p.readVersion(ctx); err != nil {
		return nil, err
	}
	if err := t.init(ctx, p, log); err != nil {
		return nil, err
	}
	t.ready = p
	return p, nil
}

// binary is the program's name.
func (t *Target) binary() (string, error) {
	choice := []string{string(config.Terraform), string(config.Tofu)}
	switch t.Config.Binary {
	case config.Terraform, config.Tofu:
		choice = []string{string(t.Config.Binary)}
	default:
		if found, _ := filepath.Glob(filepath.Join(t.dir(), "*.tofu")); len(found) > 0 {
			choice = choice[1:]
		}
	}
	for _, name := range choice {
		if _, err := exec.LookPath(name); err == nil {
			return name, nil
		}
	}
	return "", fmt.Errorf("%s is not on PATH: install it (https://opentofu.org/docs/intro/install, https://developer.hashicorp.com/terraform/install)",
		strings.Join(choice, " or "))
}

func (p *program) readVersion(ctx context.Context) error {
	out, err := p.json(ctx, "version", "-json")
	if err != nil {
		return err
	}
	var v tfjson.VersionOutput
	if err := json.Unmarshal(out, &v); err != nil {
		return fmt.Errorf("reading the version of %s: %w", p.name, err)
	}
	p.version = v.Version
	return nil
}

// workspaceLine is a line of `workspace list`.
var workspaceLine = regexp.MustCompile(`(?m)^[* ] (\S+)$`)

// init readies the directory: providers, modules, the backend, the workspace.
func (t *Target) init(ctx context.Context, p *program, log io.Writer) error {
	args := []string{"init", "-input=false", "-no-color"}
	if len(t.Config.BackendConfig) > 0 {
		args = append(args, "-reconfigure") // other environments may share the directory, with other settings
	}
	for _, setting := range t.Config.BackendConfig {
		args = append(args, "-backend-config="+setting)
	}
	dir, err := privateDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := t.run(ctx, p, log, dir, args...); err != nil {
		return err
	}
	if t.Ephemeral {
		if err := t.requireRemoteState(); err != nil {
			return err
		}
	}
	if t.Config.Workspace == "" {
		return nil
	}
	out, err := p.output(ctx, "workspace", "list")
	if err != nil {
		return err
	}
	var names []string
	for _, m := range workspaceLine.FindAllStringSubmatch(string(out), -1) {
		names = append(names, m[1])
	}
	if !slices.Contains(names, t.Config.Workspace) {
		return fmt.Errorf("there is no workspace %q, just %s: correct workspace in slipway.yaml, or make it with `%s -chdir=%s workspace new %s`",
			t.Config.Workspace, strings.Join(names, ", "), p.name, t.Config.Dir, t.Config.Workspace)
	}
	p.env = append(p.env, "TF_WORKSPACE="+t.Config.Workspace)
	return nil
}

func (p *program) command(args ...string) command.Command {
	return command.Command{
		Args: append([]string{p.name}, args...), Dir: p.dir, Env: p.env, Unset: unset,
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
