package targets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/ecs"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/workspace"
)

// ecsKind are services of an ECS cluster. It has no credentials: ECS pulls with the
// task's role, and gives secrets to tasks itself.
type ecsKind struct {
	plain
	config.ECSTarget
}

func (k ecsKind) files() []string { return ecs.Files(k.ECSTarget) }

// check makes sure that the task definitions can be read.
func (k ecsKind) check(ctx context.Context, _ *workspace.Workspace, files map[string][]byte) error {
	return ecs.Check(ctx, k.ECSTarget, files)
}

// journal is in Parameter Store: a cluster has no directory.
func (k ecsKind) journal(_ context.Context, s *site) (deploy.Files, string, error) {
	return s.parameters(), "/", nil
}

func (k ecsKind) target(_ context.Context, s *site, name string) (deploy.Target, error) {
	return k.services(s, name), nil
}

// services are the target itself.
func (k ecsKind) services(s *site, name string) *ecs.Target {
	sessions, o := s.workspace.AWS, s.awsOptions()
	return ecs.New(ecs.Options{
		Name: name, Project: s.workspace.Config.Project, Environment: s.name, Config: k.ECSTarget,
		AWS: ecs.SignIn(sessions, o), Secrets: ecs.SecretsOf(sessions, o),
		Exists: s.imageExists,
	})
}

// imageExists fails for an image that the registry does not have. ECS has its own
// way and identity to pull, so a registry that can't be asked from here is no
// reason to fail.
func (s *site) imageExists(ctx context.Context, reference string) error {
	_, err := s.workspace.Registry.Resolve(ctx, reference)
	if errors.Is(err, registry.ErrNotFound) {
		return fmt.Errorf("%w; a lifecycle rule or somebody has deleted it: publish the commit again with another build number, or deploy another release", err)
	}
	return nil
}

func (k ecsKind) describe(ctx context.Context, s *site, _ published.Release, d *deploy.Desired) error {
	if s.offline {
		return ecs.Complete(ctx, k.ECSTarget, d, nil)
	}
	return ecs.Complete(ctx, k.ECSTarget, d, &ecsValues{site: s, dir: k.Terraform})
}

// releasedSecrets pins what task definitions of the release name.
func (k ecsKind) releasedSecrets(_ context.Context, s *site, name string, versions map[string]string, d *deploy.Desired) error {
	d.PinnedSecrets = versions
	k.noteCurrent(s, name, versions)
	return nil
}

// noteCurrent says which secrets stay as they are now: ECS takes no versions of
// parameters, and what a service without a file runs is the next release's, too.
func (k ecsKind) noteCurrent(s *site, name string, versions map[string]string) {
	var current []string
	for _, service := range k.Services {
		if service.Value.TaskDefinition == "" {
			current = append(current, fmt.Sprintf("service %q, which has no task-definition in %s", service.Name, filepath.Base(s.workspace.Config.Path)))
		}
	}
	for _, reference := range slices.Sorted(maps.Keys(versions)) {
		if strings.HasPrefix(reference, secrets.ParameterScheme) {
			current = append(current, fmt.Sprintf("%s, of which ECS takes no versions", reference))
		}
	}
	if len(current) > 0 {
		s.workspace.Notice(report.Info, "target %q: today's secrets stay for %s", name, strings.Join(current, "; "))
	}
}

func (k ecsKind) before() []config.Step {
	steps := make([]config.Step, len(k.Before))
	for i, step := range k.Before {
		steps[i] = step.Step
	}
	return steps
}

func (k ecsKind) keep() int { return k.Keep }

func (k ecsKind) place(context.Context, *site) (string, error) {
	return "ecs " + k.Cluster + ": " + strings.Join(slices.Sorted(slices.Values(k.Services.Names())), ", "), nil
}

func (k ecsKind) at(recorded config.Target) kind {
	k.Cluster, k.Services = recorded.ECS.Cluster, recorded.ECS.Services
	return k
}
