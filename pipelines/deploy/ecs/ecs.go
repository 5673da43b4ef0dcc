// Package ecs deploys to services of an Amazon ECS cluster. A service's
// containers that are the project's run the release's images by digest;
// everything else in its task definition stays as it was written, with keys
// that this version does not know. A deploy is a success when the very
// deployment that it started has completed, and every running task has the
// released digests.
package ecs

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// Options are which services are deployed, and how.
type Options struct {
	// Name is the target's in slipway.yaml.
	Name string
	// Project and Environment mark what is made here as theirs.
	Project, Environment string
	// AWS signs in: the account, the region and the identity.
	AWS    func(context.Context) (aws.Config, error)
	Config config.ECSTarget
	// Secrets reads what task definitions take their secrets from. Nil reads nothing.
	Secrets Secrets
	// Exists fails when the registry no longer has an image ("host/repository@sha256:…"),
	// such as one that a lifecycle rule deleted. Nil leaves that to the tasks.
	Exists func(ctx context.Context, reference string) error
	// Poll is the time between looks at the services; 5 s when zero.
	Poll time.Duration
}

// Target are services of one cluster.
type Target struct {
	Options

	mu  sync.Mutex
	api *api // nil until connect
	// first is the revision that each service ran when this process first
	// looked: a service that no earlier release of ours had goes back to it.
	first map[string]string
}

var (
	_ deploy.Target  = (*Target)(nil)
	_ deploy.Pruner  = (*Target)(nil)
	_ deploy.Settler = (*Target)(nil)
	_ deploy.Stepper = (*Target)(nil)
)

// New is the target that o describes. It connects to nothing.
func New(o Options) *Target {
	return &Target{Options: o, first: map[string]string{}}
}

// connect signs in, once.
func (t *Target) connect(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.api != nil {
		return nil
	}
	c, err := t.AWS(ctx)
	if err != nil {
		return err
	}
	t.api = newAPI(c, t.Config.Cluster)
	return nil
}

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.Options.Name }

func (t *Target) poll() time.Duration {
	if t.Poll == 0 {
		return 5 * time.Second
	}
	return t.Poll
}

func (t *Target) timeout() time.Duration { return t.Config.Timeout.Or(20 * time.Minute) }
