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
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"dagger.io/dagger"

	"git.example/slipway/pipelines/engine"
)

// Name is the engine's name.
const Name = "dagger"

// other is the engine that does what this one can't.
const other = "docker"

// Options say how to reach Dagger.
type Options struct {
	// Lookup reads the environment. Without it only the dagger command line in
	// the process's PATH is found.
	Lookup func(string) (string, bool)
	// Timeout is how long to wait for the engine: 30 s when it is zero, two
	// minutes when it has to be started first.
	Timeout time.Duration
}

// Engine is a session of a Dagger engine. Its methods are safe for several
// goroutines.
type Engine struct {
	client *dagger.Client
	lookup func(string) (string, bool)
	logs   *logs
	spans  *spans
	names  *gate
	// platform is the engine's own.
	platform string
	// id makes names of this run its own.
	id      string
	counter atomic.Int64

	mu sync.Mutex
	// built are the images that were built without a push, by reference.
	built map[string]*dagger.Container
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
	id := make([]byte, 5)
	rand.Read(id) // never fails
	return &Engine{
		client: client, lookup: o.Lookup, logs: logs, spans: newSpans(ctx, o.Lookup), names: newGate(), platform: string(platform),
		id: hex.EncodeToString(id), built: map[string]*dagger.Container{},
	}, nil
}

// Name is "dagger".
func (e *Engine) Name() string { return Name }

// Close ends the session. What was built stays in the engine's cache.
func (e *Engine) Close() error {
	e.spans.close()
	if err := e.client.Close(); err != nil {
		return fmt.Errorf("ending the session with the Dagger engine: %w", err)
	}
	return nil
}

// next names something of this run.
func (e *Engine) next() string { return e.id + "-" + strconv.FormatInt(e.counter.Add(1), 10) }

// unsupported is what this engine can't do for subject.
func unsupported(subject, feature string) error {
	return &engine.Unsupported{Engine: Name, Feature: feature, Subject: subject, Instead: other}
}
