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

// Run runs one container. Its secrets are in its environment, so that whoever
// may talk to the Docker daemon can see them while it runs.
func (e *Engine) Run(ctx context.Context, r engine.Run, log io.Writer) (engine.Result, error) {
	log = engine.Synced(log)
	if err := checkSecretNames(r.Name, r.Secrets); err != nil {
		return engine.Result{}, err
	}
	image, err := e.imageOf(ctx, r, log)
	if err != nil {
		return engine.Result{}, err
	}
	result, err := e.runImage(ctx, r, image, log)
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

// imageOf builds or pulls the image that r runs in.
func (e *Engine) imageOf(ctx context.Context, r engine.Run, log io.Writer) (string, error) {
	if r.Build != nil {
		built, err := e.Build(ctx, runnable(*r.Build), nil, log)
		return built.Reference, err
	}
	if _, err := e.probe(ctx); err != nil {
		return "", err
	}
	if _, err := e.workspace(ctx, "run"); err != nil { // a killed run is swept by its directory
		return "", err
	}
	return r.Image.Reference, e.ensure(ctx, *r.Image, log)
}

func (e *Engine) runImage(ctx context.Context, r engine.Run, image string, log io.Writer) (engine.Result, error) {
	args, env := createCommand(r, image, e.id)
	c, err := e.create(ctx, args, env)
	if err != nil {
		return engine.Result{}, err
	}
	defer c.remove(ctx)
	if r.Mount != "" {
		from := filepath.Clean(r.Mount) + "/."
		if err := e.docker("cp", from, c.id+":"+c.workdir).Run(ctx, nil, nil); err != nil {
			return engine.Result{}, fmt.Errorf("copying %q in: %w", r.Mount, err)
		}
	}
	start := e.docker("start", "--attach", c.id)
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
