package terraform

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// workspaceLine is a line of `workspace list`.
var workspaceLine = lazy.Regexp(`(?m)^[* ] (\S+)$`)

// initialise readies the directory: providers, modules, the backend, the workspace.
// On a disk that is ephemeral it refuses code that keeps its state there.
func (p *program) initialise(ctx context.Context, ephemeral bool, log io.Writer) error {
	c := p.module.config
	args := []string{"init", "-input=false", "-no-color"}
	if len(c.BackendConfig) > 0 {
		args = append(args, "-reconfigure") // other environments may share the directory, with other settings
	}
	for _, setting := range c.BackendConfig {
		args = append(args, "-backend-config="+setting)
	}
	dir, err := privateDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := p.run(ctx, log, dir, args...); err != nil {
		return err
	}
	if ephemeral {
		if err := p.requireRemoteState(); err != nil {
			return err
		}
	}
	if c.Workspace == "" {
		return nil
	}
	out, err := p.output(ctx, "workspace", "list")
	if err != nil {
		return err
	}
	var names []string
	for _, m := range workspaceLine().FindAllStringSubmatch(string(out), -1) {
		names = append(names, m[1])
	}
	if !slices.Contains(names, c.Workspace) {
		return fmt.Errorf("there is no workspace %q, just %s: correct workspace in slipway.yaml, or make it with `%s -chdir=%s workspace new %s`",
			c.Workspace, strings.Join(names, ", "), p.name, c.Dir, c.Workspace)
	}
	p.env = append(p.env, "TF_WORKSPACE="+c.Workspace)
	return nil
}
