package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/scratch"
)

// Apply runs the container to its end. Another exit code than 0 is an error.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, _ deploy.Plan, s deploy.Session) error {
	if err := s.Fence(ctx); err != nil {
		return err
	}
	epoch, err := t.Epoch(ctx)
	if err != nil {
		return err
	}
	if err := t.remember(ctx, state{Tag: d.Release.Tag, Epoch: epoch}); err != nil {
		return err
	}
	if err := t.container(ctx, d, s); err != nil {
		return err
	}
	return t.remember(context.WithoutCancel(ctx), state{Tag: d.Release.Tag, Epoch: epoch, Done: true})
}

func (t *Target) remember(ctx context.Context, s state) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := t.Files.WriteFile(ctx, t.stateFile(), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the target's state: %w", err)
	}
	return nil
}

func (t *Target) container(ctx context.Context, d deploy.Desired, s deploy.Session) error {
	run, err := t.run(ctx, d)
	if err != nil {
		return err
	}
	mount, err := t.mount(d)
	if err != nil {
		return err
	}
	if mount != nil {
		run.Mount = mount.Path
		defer mount.Remove()
	}
	e, err := t.Engine(ctx)
	if err != nil {
		return err
	}
	timed, cancel := context.WithTimeoutCause(ctx, t.timeout(), fmt.Errorf("it took longer than %s, its timeout", t.timeout()))
	defer cancel()
	result, err := e.Run(timed, run, s.Log)
	if err != nil {
		return fmt.Errorf("running image %q: %w", t.Config.Image, err)
	}
	if result.ExitCode != 0 {
		return fmt.Errorf("the container of image %q (%s) ended with exit code %d", t.Config.Image, t.what(), result.ExitCode)
	}
	return nil
}

func (t *Target) what() string {
	if len(t.Config.Command) == 0 {
		return "its own command"
	}
	return strings.Join(t.Config.Command, " ")
}

// run is the container of a release: its variables, then those of the config.
func (t *Target) run(ctx context.Context, d deploy.Desired) (engine.Run, error) {
	plain, secret, err := t.Env(ctx, d.SecretVersions)
	if err != nil {
		return engine.Run{}, err
	}
	env := map[string]string{}
	maps.Copy(env, d.Variables)
	maps.Copy(env, plain)
	for name := range secret {
		delete(env, name)
	}
	run := engine.Run{Name: t.Name(), Command: t.Config.Command, Env: env, Secrets: secret, Workdir: t.Config.Workdir}
	image := engine.Image{Reference: t.Config.Image}
	if ours, ok := d.Images[t.Config.Image]; ok {
		if image, err = t.Image(ctx, ours.Reference); err != nil {
			return run, err
		}
	}
	run.Image = &image
	return run, nil
}

// mount is a directory with the release's files, to be removed; nil for none.
func (t *Target) mount(d deploy.Desired) (*scratch.Dir, error) {
	if len(t.Config.Files) == 0 {
		return nil, nil
	}
	dir, err := scratch.New("run")
	if err != nil {
		return nil, err
	}
	for _, name := range t.Config.Files {
		name = path.Clean(filepath.ToSlash(name))
		content, ok := d.Files[name]
		if !ok {
			err = fmt.Errorf("release %s has no file %q: publish this commit again, with another build number", d.Release.Tag, name)
		} else {
			err = write(filepath.Join(dir.Path, filepath.FromSlash(name)), content)
		}
		if err != nil {
			return nil, errors.Join(err, dir.Remove())
		}
	}
	return dir, nil
}

func write(file, content string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(content), 0o755)
}
