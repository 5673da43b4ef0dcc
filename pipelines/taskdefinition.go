package pipelines

import "context"

// TaskDefinition is the task definition that a service of an environment runs
// on ECS now, as a file to keep in the repository. The service may be one that
// no target names yet.
func (p *Project) TaskDefinition(ctx context.Context, env, service string) ([]byte, error) {
	environment, err := p.workspace.Environment(env)
	if err != nil {
		return nil, err
	}
	return p.targets.TaskDefinition(ctx, environment, service)
}
