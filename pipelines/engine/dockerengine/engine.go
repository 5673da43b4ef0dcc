// Package dockerengine runs the pipeline's container work with the docker
// command line, its buildx and compose plugins. It works with the classic and
// the containerd image store, and with every buildx driver.
//
// Nothing of it touches the user's own Docker configuration, images or
// containers. What it creates carries the run's id in its name or in the label
// dev.slipway.run; what a killed run left behind is removed by the next one on
// the same machine.
package dockerengine

import (
	"context"
	"io"
	"sync"

	"git.example/slipway/pipelines/engine"
)

// Engine drives Docker. Its methods are safe for several goroutines.
type Engine struct {
	probe      *prober
	workspaces *workspaces
	store      *store
	builder    *builder
	runner     *runner
	composer   *composer
}

var _ engine.Engine = (*Engine)(nil)

// New makes an engine. It does nothing yet: Docker is looked for at the first
// use, or by Probe.
func New(o Options) *Engine {
	o = o.withDefaults()
	docker, traces := cli{o.Program}, newTraces()
	sweeper := sweeper{docker}
	probe := &prober{cli: docker, timeout: o.Answer}
	workspaces := &workspaces{parent: o.Dir, traces: traces, sweeper: sweeper}
	logins := logins{o.Lookup, workspaces}
	store := &store{cli: docker, probe: probe, traces: traces, logins: logins, turns: map[string]*sync.Mutex{}}
	containers := containers{docker, traces}
	builder := &builder{cli: docker, probe: probe, traces: traces, workspaces: workspaces, logins: logins, store: store, reach: &reach{cli: docker}}
	return &Engine{
		probe: probe, workspaces: workspaces, store: store, builder: builder,
		runner: &runner{cli: docker, probe: probe, traces: traces, workspaces: workspaces, store: store, builder: builder, containers: containers},
		composer: &composer{cli: docker, probe: probe, traces: traces, workspaces: workspaces, store: store,
			containers: containers, sweeper: sweeper},
	}
}

// Name is "docker".
func (e *Engine) Name() string { return Name }

// Probe says whether Docker can be used here: nil, or an *engine.Unavailable
// with what is missing and how to get it. The answer yes is remembered.
func (e *Engine) Probe(ctx context.Context) error {
	_, err := e.probe.backend(ctx)
	return err
}

// Close removes the images and files of this run. BuildKit's cache stays, and so
// do images that were pushed, under their digest.
func (e *Engine) Close() error {
	e.store.keeping.Wait()
	return e.workspaces.close()
}

// Supports refuses what the current builder can't do: several platforms and
// cache exports with the classic image store, named contexts with an old
// BuildKit. Docker is asked only when b has one of them.
func (e *Engine) Supports(ctx context.Context, b engine.Build) error {
	return e.builder.supports(ctx, b)
}

// Build builds an image with buildx. The daemon's own builder can push under a
// tag only; other builders push by digest. Without a push the image gets a name
// of this run in the daemon's store; several platforms that this store can't
// hold stay in the builder's cache, and the reference is empty.
func (e *Engine) Build(ctx context.Context, b engine.Build, push *engine.Push, log io.Writer) (engine.Built, error) {
	return e.builder.image(ctx, b, push, log)
}

// Export builds b and copies path out of a container that never runs.
func (e *Engine) Export(ctx context.Context, b engine.Build, path, dest string, log io.Writer) error {
	return e.runner.export(ctx, b, path, dest, log)
}

// Run runs one container. Its secrets are in its environment, so that whoever
// may talk to the Docker daemon can see them while it runs.
func (e *Engine) Run(ctx context.Context, r engine.Run, log io.Writer) (engine.Result, error) {
	return e.runner.run(ctx, r, log)
}

// Compose runs a compose check in a project of its own. All services without a
// profile start, in the order of their dependencies, as with "compose up"; a
// service that ends, such as a migration, does not end the check.
func (e *Engine) Compose(ctx context.Context, c engine.Compose, log io.Writer) (engine.Result, error) {
	return e.composer.run(ctx, c, log)
}

// LocalDigest is the digest of an image in Docker's own store, for a base image
// that no registry answers for: the digest that it has in ref's repository, else
// the image's id, both "sha256:…". ok is false when the store does not have it.
func (e *Engine) LocalDigest(ctx context.Context, ref string) (digest string, ok bool, err error) {
	return e.store.digest(ctx, ref)
}

// TagLocal gives an image in Docker's own store a name that stays when the
// engine is closed.
func (e *Engine) TagLocal(ctx context.Context, ref, name string) error {
	return e.store.tag(ctx, ref, name)
}
