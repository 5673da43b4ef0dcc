package targets

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/ecs"
	"git.example/slipway/pipelines/workspace"
)

// TaskDefinition is the task definition that a service of an environment runs
// on ECS now, as a file to keep in the repository. The service may be one that
// no target names yet.
func (e *Environments) TaskDefinition(ctx context.Context, environment config.Entry[config.Environment], service string) ([]byte, error) {
	var clusters []config.ECSTarget
	for _, target := range environment.Value.Deploy {
		if target.Value.ECS == nil {
			continue
		}
		if _, ok := target.Value.ECS.Services.Get(service); ok {
			clusters = []config.ECSTarget{*target.Value.ECS}
			break
		}
		clusters = append(clusters, *target.Value.ECS)
	}
	if len(clusters) != 1 {
		return nil, workspace.Usage("environment %q has %d ECS targets, and none names the service %q: add it under services of one", environment.Name, len(clusters), service)
	}
	signIn := ecs.SignIn(e.workspace.AWS, e.bare(environment).awsOptions())
	return ecs.New(ecs.Options{Config: clusters[0], AWS: signIn}).InitTaskDefinition(ctx, service)
}
