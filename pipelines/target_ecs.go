package pipelines

import (
	"context"
	"errors"
	"fmt"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/ecs"
	"git.example/slipway/pipelines/registry"
)

// ecsKind are services of an ECS cluster.
type ecsKind struct{ config.ECSTarget }

func (k ecsKind) files() []string { return ecs.Files(k.ECSTarget) }

// check makes sure that the task definitions can be read.
func (k ecsKind) check(_ context.Context, _ *Project, files map[string][]byte) error {
	return ecs.Check(k.ECSTarget, files)
}

// journal is in Parameter Store: a cluster has no directory.
func (k ecsKind) journal(_ context.Context, s *stage) (deploy.Files, string, error) {
	return s.parameters(), "/", nil
}

func (k ecsKind) target(_ context.Context, s *stage, name string) (deploy.Target, error) {
	sessions, o := s.project.aws, s.awsOptions()
	return ecs.New(ecs.Options{
		Name: name, Project: s.project.Config.Project, Environment: s.name, Config: k.ECSTarget,
		AWS: ecs.SignIn(sessions, o), Secrets: ecs.SecretsOf(sessions, o),
		Exists: s.imageExists,
	}), nil
}

// imageExists fails for an image that the registry does not have. ECS has its own
// way and identity to pull, so a registry that can't be asked from here is no
// reason to fail.
func (s *stage) imageExists(ctx context.Context, reference string) error {
	_, err := s.project.registry.Resolve(ctx, reference)
	if errors.Is(err, registry.ErrNotFound) {
		return fmt.Errorf("%w; a lifecycle rule or somebody has deleted it: publish the commit again with another build number, or deploy another release", err)
	}
	return nil
}

func (k ecsKind) complete(_ context.Context, _ *stage, d *deploy.Desired) error {
	return ecs.Complete(k.ECSTarget, d)
}

// today is nothing: ECS pulls with the task's role, and gives secrets to tasks itself.
func (k ecsKind) today(context.Context, *stage, *deploy.Desired) error { return nil }

func (k ecsKind) before() []config.Step {
	steps := make([]config.Step, len(k.Before))
	for i, step := range k.Before {
		steps[i] = step.Step
	}
	return steps
}

func (k ecsKind) keep() int { return k.Keep }

// awsOptions is how to sign in to AWS for the environment.
func (s *stage) awsOptions() aws.Options {
	a := s.config.AWS
	if a == nil {
		return aws.Options{Environment: s.name}
	}
	return aws.Options{Region: a.Region, Profile: a.Profile, Role: a.Role, ExternalID: a.ExternalID, Endpoint: a.Endpoint, Environment: s.name}
}
