package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/secrets"
)

// findProgram finds the program for the directory, which has to be there.
func (o Options) findProgram(ctx context.Context) (*program, error) {
	m := o.module()
	info, err := os.Stat(m.dir())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("directory %q is not in this checkout: Terraform's code is taken from there; check out a commit that has it, or correct dir in slipway.yaml", m.config.Dir)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%q is no directory: dir in slipway.yaml names the one with Terraform's code", m.config.Dir)
	}
	name, err := m.binary()
	if err != nil {
		return nil, err
	}
	p := &program{name: name, module: m, env: []string{"TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1"}, secrets: secrets.NewRedactor()}
	for _, name := range slices.Sorted(maps.Keys(o.Env)) {
		p.env = append(p.env, name+"="+o.Env[name])
	}
	for _, name := range slices.Sorted(maps.Keys(o.Secrets)) {
		p.env = append(p.env, name+"="+o.Secrets[name].Reveal())
		p.secrets.Add(o.Secrets[name])
	}
	return p, p.readVersion(ctx)
}

// binary is the program's name.
func (m module) binary() (string, error) {
	choice := []string{string(config.Terraform), string(config.Tofu)}
	switch m.config.Binary {
	case config.Terraform, config.Tofu:
		choice = []string{string(m.config.Binary)}
	default:
		if found, _ := filepath.Glob(filepath.Join(m.dir(), "*.tofu")); len(found) > 0 {
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

// readVersion asks the program which version it is.
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
