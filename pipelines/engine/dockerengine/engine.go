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
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/engine"
)

// Name is the engine's name.
const Name = "docker"

// Options say where Docker is. The zero value is the docker of PATH.
type Options struct {
	// Program is the docker command line; "docker" when empty.
	Program string
	// Dir holds scratch directories, one a run, readable by the user alone.
	// A directory of the user's in the system's temporary directory when empty.
	Dir string
	// Lookup reads the environment, to find the user's Docker configuration
	// (DOCKER_CONFIG, HOME). Without it logins of Docker's own are not seen by
	// builds and pulls that have a login of their own.
	Lookup func(string) (string, bool)
}

// Engine drives Docker. Its methods are safe for several goroutines.
type Engine struct {
	options Options
	// id is the run's id, in everything that is created.
	id      string
	counter atomic.Int64

	mu      sync.Mutex
	backend *backend
	scratch *scratch
	turns   map[string]*sync.Mutex
	// keeping are the pushed images that are being kept.
	keeping sync.WaitGroup
	// created says that there may be containers of this run, named that there
	// may be images that have a name of it.
	created, named atomic.Bool
}

var _ engine.Engine = (*Engine)(nil)

// New makes an engine. It does nothing yet: Docker is looked for at the first
// use, or by Probe.
func New(o Options) *Engine {
	if o.Program == "" {
		o.Program = "docker"
	}
	if o.Dir == "" {
		o.Dir = filepath.Join(os.TempDir(), "slipway-docker-"+strconv.Itoa(os.Getuid()))
	}
	if o.Lookup == nil {
		o.Lookup = func(string) (string, bool) { return "", false }
	}
	id := make([]byte, 5)
	rand.Read(id) // never fails
	return &Engine{options: o, id: hex.EncodeToString(id), turns: map[string]*sync.Mutex{}}
}

// Name is "docker".
func (e *Engine) Name() string { return Name }

// Close removes the images and files of this run. BuildKit's cache stays, and so
// do images that were pushed, under their digest.
func (e *Engine) Close() error {
	e.keeping.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.scratch == nil {
		return nil
	}
	ctx, cancel := cleanup(context.Background())
	defer cancel()
	var err error
	if e.created.Load() {
		err = e.sweepContainers(ctx, e.id)
	}
	if e.created.Load() || e.named.Load() {
		err = errors.Join(err, e.sweepImages(ctx, e.id, e.scratch.dir))
	}
	err = errors.Join(err, e.scratch.close())
	e.scratch = nil
	return err
}

// docker is a docker command.
func (e *Engine) docker(args ...string) command.Command {
	return command.Command{Args: append([]string{e.options.Program}, args...)}
}

// cleaning is a docker command that an interrupt from the terminal does not
// reach.
func (e *Engine) cleaning(args ...string) command.Command {
	c := e.docker(args...)
	c.Detached = true
	return c
}

// next numbers what this run creates.
func (e *Engine) next() string { return strconv.FormatInt(e.counter.Add(1), 10) }

// cleanup is a context to clean up with, also when ctx is cancelled.
func cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
}
