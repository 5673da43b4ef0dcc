// Package daggerengine runs the pipeline's container work on a Dagger engine,
// through its published Go client. No Docker daemon takes part.
//
// Outside of Dagger it starts a session of the dagger command line, which knows
// how to reach or start an engine. Inside a Dagger function it joins the session
// that runs; there Dagger shows the output of containers itself, and tasks have
// none but that of runs, at their end.
//
// What differs from Docker: a program sees variables of Dagger's (OTEL_*,
// TRACEPARENT) and, in checks, SLIPWAY_RUN. Bind mounts of compose files are
// copies. Restart policies are not followed. Base images are pulled by the engine
// itself, so a Dockerfile can't name a registry on this machine's loopback when
// the engine runs elsewhere.
package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dagger.io/dagger"

	"git.example/slipway/pipelines/engine"
)

// Engine is a session of a Dagger engine. Its methods are safe for several
// goroutines.
type Engine struct {
	conn      *connection
	spans     *spans
	abilities abilities
	images    *images
	runner    runner
	composer  composer
}

var _ engine.Engine = (*Engine)(nil)

// New connects to a Dagger engine. It downloads no command line; where none is
// found, or the engine does not answer in time, it is an *engine.Unavailable.
func New(ctx context.Context, o Options) (*Engine, error) {
	if o.Lookup == nil {
		o.Lookup = func(string) (string, bool) { return "", false }
	}
	client, logs, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	platform, err := client.DefaultPlatform(ctx)
	if err != nil {
		return nil, errors.Join(explain("asking the Dagger engine for its platform", err), client.Close())
	}
	e := newEngine(newConnection(client, logs), string(platform), o.Lookup)
	e.spans = newSpans(ctx, o.Lookup)
	return e, nil
}

// newEngine is an engine in a session, whose own platform is known.
func newEngine(conn *connection, platform string, lookup func(string) (string, bool)) *Engine {
	abilities := abilities{platforms: platforms{client: conn.client, engine: platform}, lookup: lookup}
	builder := builder{conn: conn, abilities: abilities}
	images := &images{conn: conn, registries: registries{conn}, builder: builder, built: map[string]*dagger.Container{}}
	runner := runner{conn: conn, builder: builder, images: images}
	return &Engine{
		conn: conn, abilities: abilities, images: images, runner: runner,
		composer: composer{conn: conn, abilities: abilities, builder: builder, images: images, runner: runner},
	}
}

// Name is "dagger".
func (e *Engine) Name() string { return Name }

// Close ends the session. What was built stays in the engine's cache.
func (e *Engine) Close() error {
	e.spans.close()
	if err := e.conn.client.Close(); err != nil {
		return fmt.Errorf("ending the session with the Dagger engine: %w", err)
	}
	return nil
}

// Supports names what b asks for that Dagger's Dockerfile builds don't have. A
// Dockerfile that can't be read or parsed is Build's to report.
func (e *Engine) Supports(_ context.Context, b engine.Build) error { return e.abilities.check(b) }

// Build builds an image. Dagger can push under a tag only, so Push.Tag is
// written. Media types are OCI's, and there are no attestations.
func (e *Engine) Build(ctx context.Context, b engine.Build, push *engine.Push, log io.Writer) (engine.Built, error) {
	ctx, end := e.spans.start(ctx, "image "+b.Name)
	built, err := e.images.build(ctx, b, push, log)
	end(0, err)
	return built, err
}

// Export builds b and copies a file or directory of the image to dest.
func (e *Engine) Export(ctx context.Context, b engine.Build, from, dest string, log io.Writer) error {
	return e.images.export(ctx, b, from, dest, log)
}

// Run runs one container to its end. It is never taken from the cache.
func (e *Engine) Run(ctx context.Context, r engine.Run, log io.Writer) (engine.Result, error) {
	ctx, end := e.spans.start(ctx, "run "+r.Name)
	result, err := e.runner.run(ctx, r, log)
	end(result.ExitCode, err)
	return result, err
}

// Compose runs a compose check without a Docker daemon: every service is a
// service of Dagger, and every one that has to end, a container that runs to its
// end. All services without a profile start, in the order of their dependencies;
// each finds all others under their names.
//
// A session of Dagger has one container of a name. So checks with services of
// the same name, such as "db", run one after the other.
func (e *Engine) Compose(ctx context.Context, spec engine.Compose, log io.Writer) (engine.Result, error) {
	ctx, end := e.spans.start(ctx, "run "+spec.Name)
	result, err := e.composer.run(ctx, spec, engine.Synced(log))
	end(result.ExitCode, err)
	if err != nil {
		return engine.Result{}, fmt.Errorf("running compose check %q: %w", spec.Name, err)
	}
	return result, nil
}

// LocalDigest is the digest that this engine resolves a base image to, for one
// that the caller can't resolve itself: the engine may have mirrors or a network
// of its own. ok is false when the engine can't resolve it either.
func (e *Engine) LocalDigest(ctx context.Context, ref string) (digest string, ok bool, err error) {
	return baseDigest(ctx, e.conn.client, ref)
}

// ContainerID is the id of an image that was built without a push, by its
// reference. It is good in the session that this engine is part of.
func (e *Engine) ContainerID(ctx context.Context, reference string) (string, error) {
	return e.images.containerID(ctx, reference)
}
