package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy"
)

// Setup does on every host of an environment what a deploy does there, each step
// for real, and undoes it again: nothing stays. A host that is not ready is a finding
// and no error.
func (p *Project) Setup(ctx context.Context, o HostOptions) ([]deploy.Finding, error) {
	environment, err := p.workspace.Environment(o.Env)
	if err != nil {
		return nil, err
	}
	hosts, err := p.targets.Hosts(ctx, environment, o)
	if err != nil {
		return nil, err
	}
	return p.targets.Rehearse(ctx, environment, hosts)
}
