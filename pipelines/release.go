package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy/rollout"
)

// Release publishes, then deploys what was published.
func (p *Project) Release(ctx context.Context, publish PublishOptions, o DeployOptions) (rollout.Result, error) {
	environment, err := p.workspace.Environment(o.Env)
	if err != nil {
		return rollout.Result{}, err
	}
	publish.Env, o.Env = environment.Name, environment.Name
	published, err := p.Publish(ctx, publish)
	if err != nil {
		return rollout.Result{}, err
	}
	o.Tag, o.published = published.Tag, published.digest
	return p.Deploy(ctx, o)
}
