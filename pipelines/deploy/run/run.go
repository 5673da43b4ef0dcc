// Package run runs a container of the user's as one step of a deploy. It has
// no host: the container runs in the engine, with the release's variables, and
// its exit code decides whether the deploy goes on.
package run

import (
	"context"
	"io"
	"path"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// Options are what runs, and where it is remembered.
type Options struct {
	// Name is the target's in slipway.yaml.
	Name   string
	Config config.RunTarget
	// Engine is the engine, started when it is needed.
	Engine func(ctx context.Context) (engine.Engine, error)
	// Image is what to run of a reference of a release's image: with its login.
	Image func(ctx context.Context, reference string) (engine.Image, error)
	// Env are the values of Config.Env: plain ones, and secrets, in these versions
	// as in Desired.SecretVersions.
	Env func(ctx context.Context, versions map[string]string) (plain map[string]string, secret map[string]secrets.Value, err error)
	// Files and State are where it is remembered that a release's container ran: a
	// directory of this target's own.
	Files deploy.Files
	State string
	// Epoch changes whenever a deploy ended here, well or not. A run that was
	// killed changes nothing.
	Epoch func(ctx context.Context) (string, error)
}

// Target is a container to run.
type Target struct{ Options }

var (
	_ deploy.Target  = (*Target)(nil)
	_ deploy.Settler = (*Target)(nil)
)

// New is the target that o describes.
func New(o Options) *Target { return &Target{o} }

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.Options.Name }

// Pull does nothing: the engine pulls when the container runs.
func (t *Target) Pull(context.Context, deploy.Desired, io.Writer) error { return nil }

// Settle removes what a killed run had begun to write; what can't be removed is in
// nobody's way.
func (t *Target) Settle(ctx context.Context, _ io.Writer) error {
	names, _ := t.Files.List(ctx, t.State)
	for _, name := range names {
		if of, ok := deploy.Unfinished(name); ok && of == path.Base(t.stateFile()) {
			_ = t.Files.Remove(ctx, path.Join(t.State, name))
		}
	}
	return nil
}

// Verify has nothing to compare: the exit code was the proof, and the deploy's
// history has it.
func (t *Target) Verify(context.Context, deploy.Desired) (deploy.Proof, error) {
	return deploy.Proof{}, nil
}

func (t *Target) timeout() time.Duration { return t.Config.Timeout.Or(30 * time.Minute) }
