package pipelines

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/targets"
)

// Setup looks at every host of an environment: whether it can be reached, and
// whether it has what deploys need. It changes nothing. A host that is not
// ready is a finding and no error.
func (p *Project) Setup(ctx context.Context, o HostOptions) ([]deploy.Finding, error) {
	environment, err := p.workspace.Environment(o.Env)
	if err != nil {
		return nil, err
	}
	hosts, err := p.targets.Hosts(ctx, environment, o)
	if err != nil {
		return nil, err
	}
	found := make([][]deploy.Finding, len(hosts))
	var group errgroup.Group
	group.SetLimit(targets.ConnectionsAtOnce)
	for i, host := range hosts {
		group.Go(func() error {
			return report.Run(ctx, p.workspace.Reporter, "look at "+host.Label(), func(*report.Task) error {
				found[i] = host.Findings(ctx)
				return context.Cause(ctx)
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}
