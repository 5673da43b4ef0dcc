package ecs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"git.example/slipway/pipelines/config"
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

// poll is the time between looks at the services.
func (o Options) poll() time.Duration {
	if o.Poll == 0 {
		return 5 * time.Second
	}
	return o.Poll
}

// timeout is how long a rollout may take.
func (o Options) timeout() time.Duration { return o.Config.Timeout.Or(20 * time.Minute) }

// owner is who the target's services and tasks are marked with.
func (o Options) owner() owner { return owner{o.Project, o.Environment, o.Name} }
