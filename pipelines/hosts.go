package pipelines

import (
	"context"
	"slices"

	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// PlaceOptions choose among the targets and hosts of an environment.
type PlaceOptions = targets.Choice

// hosts are the targets on machines that o chooses, in order.
func (p *Project) hosts(ctx context.Context, o PlaceOptions) ([]targets.Host, error) {
	environment, err := p.workspace.Environment(o.Env)
	if err != nil {
		return nil, err
	}
	return p.targets.Hosts(ctx, environment, o)
}

// stacks are the compose stacks among them.
func (p *Project) stacks(ctx context.Context, o PlaceOptions) ([]targets.Host, error) {
	hosts, err := p.hosts(ctx, o)
	if err != nil {
		return nil, err
	}
	stacks := slices.DeleteFunc(hosts, func(h targets.Host) bool { return h.Stack == nil })
	if len(stacks) == 0 {
		return nil, workspace.Usage("no compose stack is among these targets")
	}
	return stacks, nil
}
