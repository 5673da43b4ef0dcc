package dockerengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"git.example/slipway/pipelines/engine"
)

// runner runs containers of images.
type runner struct {
	cli        cli
	probe      *prober
	traces     *traces
	workspaces *workspaces
	store      *store
	builder    *builder
	containers containers
}

// run runs one container as Engine.Run says.
func (n *runner) run(ctx context.Context, r engine.Run, log io.Writer) (engine.Result, error) {
	log = engine.Synced(log)
	if err := checkSecretNames(r.Name, r.Secrets); err != nil {
		return engine.Result{}, err
	}
	image, err := n.bring(ctx, r, log)
	if err != nil {
		return engine.Result{}, err
	}
	result, err := n.runImage(ctx, r, image, log)
	if err != nil {
		return engine.Result{}, fmt.Errorf("running %q: %w", r.Name, err)
	}
	return result, nil
}

// runnable is b for its first platform alone, which every image store can hold.
func runnable(b engine.Build) engine.Build {
	b.Platforms = b.Platforms[:min(1, len(b.Platforms))]
	return b
}

// bring builds or pulls the image that r runs in.
func (n *runner) bring(ctx context.Context, r engine.Run, log io.Writer) (string, error) {
	if r.Build != nil {
		built, err := n.builder.image(ctx, runnable(*r.Build), nil, log)
		return built.Reference, err
	}
	if _, err := n.probe.backend(ctx); err != nil {
		return "", err
	}
	if _, err := n.workspaces.path(ctx, "run"); err != nil { // a killed run is swept by its directory
		return "", err
	}
	return r.Image.Reference, n.store.ensure(ctx, *r.Image, log)
}

func (n *runner) runImage(ctx context.Context, r engine.Run, image string, log io.Writer) (engine.Result, error) {
	args, env := createCommand(r, image, n.traces.id)
	c, err := n.containers.create(ctx, args, env)
	if err != nil {
		return engine.Result{}, err
	}
	defer c.remove(ctx)
	if r.Mount != "" {
		from := filepath.Clean(r.Mount) + "/."
		if err := n.cli.docker("cp", from, c.id+":"+c.workdir).Run(ctx, nil, nil); err != nil {
			return engine.Result{}, fmt.Errorf("copying %q in: %w", r.Mount, err)
		}
	}
	start := n.cli.docker("start", "--attach", c.id)
	start.Grace = time.Second // the container is removed by force right after
	startErr := start.Run(ctx, log, log)
	if err := context.Cause(ctx); err != nil {
		return engine.Result{}, err
	}
	end, err := c.state(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	switch {
	case end.Status == "created" && end.Error != "":
		return engine.Result{}, errors.New(end.Error)
	case end.Status != "exited":
		return engine.Result{}, fmt.Errorf("following the container (%s): %w", end.Status, startErr)
	}
	missing, err := c.exports(ctx, r.Exports)
	return engine.Result{ExitCode: end.ExitCode, Missing: missing}, err
}

// export builds b and copies path out of a container that never runs.
func (n *runner) export(ctx context.Context, b engine.Build, path, dest string, log io.Writer) error {
	built, err := n.builder.image(ctx, runnable(b), nil, log)
	if err != nil {
		return err
	}
	// An image without a command needs one to be created from.
	c, err := n.containers.create(ctx, []string{"create", "--label", runLabel + "=" + n.traces.id, built.Reference, "/"}, nil)
	if err != nil {
		return fmt.Errorf("exporting %q of %q: %w", path, b.Name, err)
	}
	defer c.remove(ctx)
	if err := c.copyOut(ctx, path, dest); err != nil {
		return fmt.Errorf("exporting %q of %q: %w", path, b.Name, err)
	}
	return nil
}
