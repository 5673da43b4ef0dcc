package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy/ecs"
)

// TaskDefinition is the task definition that a service of an environment runs
// on ECS now, as a file to keep in the repository. The service may be one that
// no target names yet.
func (p *Project) TaskDefinition(ctx context.Context, env, service string) ([]byte, error) {
	e, err := p.environment(env)
	if err != nil {
		return nil, err
	}
	var clusters []ecsKind
	for _, target := range e.Value.Deploy {
		if target.Value.ECS == nil {
			continue
		}
		k := ecsKind{*target.Value.ECS}
		if _, ok := k.Services.Get(service); ok {
			clusters = []ecsKind{k}
			break
		}
		clusters = append(clusters, k)
	}
	if len(clusters) != 1 {
		return nil, usage("environment %q has %d ECS targets, and none names the service %q: add it under services of one", e.Name, len(clusters), service)
	}
	s := &stage{project: p, name: e.Name, config: e.Value}
	return ecs.New(ecs.Options{Config: clusters[0].ECSTarget, AWS: ecs.SignIn(p.aws, s.awsOptions())}).InitTaskDefinition(ctx, service)
}
