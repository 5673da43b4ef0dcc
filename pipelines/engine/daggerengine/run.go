package daggerengine

import (
	"context"
	"fmt"
	"io"
	"path"

	"dagger.io/dagger"

	"git.example/slipway/pipelines/engine"
)

// runVariable makes every run one of its own: Dagger takes a run with the same
// inputs from its cache. The program that runs sees it.
const runVariable = "SLIPWAY_RUN"

// runner runs containers.
type runner struct {
	conn    *connection
	builder builder
	images  *images
}

// run runs one container as Engine.Run says.
func (n runner) run(ctx context.Context, r engine.Run, log io.Writer) (engine.Result, error) {
	doing := fmt.Sprintf("running %q", r.Name)
	container, err := n.container(ctx, r, log)
	if err != nil {
		return engine.Result{}, err
	}
	if container, err = n.prepare(ctx, container, r); err != nil {
		return engine.Result{}, explain(doing, err)
	}
	ended, code, err := n.exec(ctx, container, r.Command, log)
	if err != nil {
		return engine.Result{}, explain(doing, err)
	}
	missing, err := bringExports(ctx, ended, r.Exports)
	if err != nil {
		return engine.Result{}, explain(doing, err)
	}
	return engine.Result{ExitCode: code, Missing: missing}, nil
}

// container is the image of r, built or pulled.
func (n runner) container(ctx context.Context, r engine.Run, log io.Writer) (*dagger.Container, error) {
	if r.Build == nil {
		return n.images.find(ctx, *r.Image, "")
	}
	followed, f := n.conn.logs.follow(ctx, log)
	defer f.done(ctx, 0)
	return n.builder.runnable(followed, *r.Build)
}

// prepare puts the environment and files of r into the container.
func (n runner) prepare(ctx context.Context, container *dagger.Container, r engine.Run) (*dagger.Container, error) {
	workdir := r.Workdir
	if workdir == "" {
		var err error
		if workdir, err = container.Workdir(ctx); err != nil {
			return nil, err
		}
		workdir = path.Join("/", workdir)
	}
	container = container.WithWorkdir(workdir)
	if r.Mount != "" {
		container = container.WithDirectory(workdir, n.conn.hostDirectory(r.Mount))
	}
	for _, name := range sortedKeys(r.Env) {
		container = container.WithEnvVariable(name, r.Env[name])
	}
	for _, name := range sortedKeys(r.Secrets) {
		container = container.WithSecretVariable(name, n.conn.secret(r.Secrets[name].Reveal()))
	}
	return container, nil
}

// exec runs a command, or what the image says when it is empty, to its end.
func (n runner) exec(ctx context.Context, container *dagger.Container, command []string, log io.Writer) (*dagger.Container, int, error) {
	followed, f := n.conn.logs.follow(ctx, log)
	ended, err := container.WithEnvVariable(runVariable, n.conn.next()).
		WithExec(command, dagger.ContainerWithExecOpts{UseEntrypoint: len(command) == 0, Expect: dagger.ReturnTypeAny}).
		Sync(followed)
	if err != nil {
		f.done(ctx, 0)
		return nil, 0, err
	}
	f.done(ctx, 1)
	code, err := ended.ExitCode(ctx)
	if err != nil {
		return nil, 0, err
	}
	if !f.live() {
		err = printTail(ctx, ended, log)
	}
	return ended, code, err
}

// outputBytes is how much of the output is shown where it does not come live.
const outputBytes = 4 << 20

// printTail writes the end of what a container printed.
func printTail(ctx context.Context, ended *dagger.Container, log io.Writer) error {
	output, err := ended.CombinedOutput(ctx)
	if err != nil {
		return err
	}
	last := newTail(outputBytes)
	io.WriteString(last, output)
	_, err = io.WriteString(log, last.String())
	return err
}
