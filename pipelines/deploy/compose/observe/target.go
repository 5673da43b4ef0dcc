package observe

import (
	"context"

	"git.example/slipway/pipelines/deploy"
)

// Target is the observation that a plan is made of, an Observation, and what a
// failed first deploy goes back to. It fails when the stack is not ours to change.
func (l Look) Target(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	var ports []Port
	o, err := l.stack(ctx, d, publishedPorts(&ports))
	if err != nil {
		return deploy.Observed{}, err
	}
	o.Ports = ports
	if o.needsResources(l.Host.Config) {
		if o.Resources, err = resources(ctx, l.Host); err != nil {
			return deploy.Observed{}, err
		}
	}
	observed := deploy.Observed{State: o, Running: o.Running()}
	if o.State.Project == "" && len(o.Containers) > 0 {
		observed.Previous, err = l.adopt(ctx, d, o)
	}
	return observed, err
}
