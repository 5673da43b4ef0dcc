// Package compose deploys to a compose stack on one host: the host needs
// Docker with compose and a POSIX shell. Services that use a release's images
// run them by digest; everything else in the stack stays as it is unless its
// configuration changed. Volumes, and what other projects own, are never
// touched.
package compose

import (
	"path"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// Options are where a stack is and how it is deployed.
type Options struct {
	// Name is the target's in slipway.yaml.
	Name string
	Host deploy.Host
	// Dir is the stack's directory on the host, absolute: relative mounts and a
	// hand-made .env are there.
	Dir string
	// State is a directory of this target's own on the host, absolute; see StateDir.
	State  string
	Config config.ComposeTarget
	// Steps says which of the release's steps this target runs; all when zero.
	Steps Steps
	// Poll is the time between looks at a container; 500 ms when zero.
	Poll time.Duration
	// Blind is how long a job may go on while its host can't be reached; a
	// minute when zero.
	Blind time.Duration
}

// JournalDir is where an environment's journal is when its first target is the
// stack in dir.
func JournalDir(dir, environment string) string {
	return path.Join(dir, ".slipway", environment)
}

// StateDir is where the target called name of that environment keeps its state.
func StateDir(dir, environment, name string) string {
	return path.Join(JournalDir(dir, environment), "targets", name)
}

// Target is a compose stack.
type Target struct{ Options }

var (
	_ deploy.Target  = (*Target)(nil)
	_ deploy.Pruner  = (*Target)(nil)
	_ deploy.Settler = (*Target)(nil)
	_ deploy.Stepper = (*Target)(nil)
)

// New is the target that o describes.
func New(o Options) *Target {
	o.Host = deploy.Steady(o.Host)
	return &Target{o}
}

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.Options.Name }

func (t *Target) poll() time.Duration {
	if t.Poll == 0 {
		return 500 * time.Millisecond
	}
	return t.Poll
}

func (t *Target) healthTimeout() time.Duration { return t.Config.HealthTimeout.Or(2 * time.Minute) }

func (t *Target) settle() time.Duration { return t.Config.Settle.Or(5 * time.Second) }
