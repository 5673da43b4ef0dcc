package observe

import (
	"context"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Target is the observation that a plan is made of, an Observation, and what a
// failed first deploy goes back to. It fails when the stack is not ours to change.
func Target(ctx context.Context, s stack.Stack, d deploy.Desired) (deploy.Observed, error) {
	o, err := Stack(ctx, s, d)
	if err != nil {
		return deploy.Observed{}, err
	}
	if o.Ports, err = publishedPorts(ctx, s); err != nil {
		return deploy.Observed{}, err
	}
	if o.needsResources(s.Config) {
		if o.Resources, err = resources(ctx, s); err != nil {
			return deploy.Observed{}, err
		}
	}
	observed := deploy.Observed{State: o, Running: o.Running()}
	if o.State.Project == "" && len(o.Containers) > 0 {
		observed.Previous, err = adopt(ctx, s, d, o)
	}
	return observed, err
}
