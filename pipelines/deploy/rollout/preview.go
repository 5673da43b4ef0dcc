package rollout

import (
	"context"

	"git.example/slipway/pipelines/deploy"
)

// Preview is what Run would do: the plans, in order. It takes no lock and
// changes nothing.
func Preview(ctx context.Context, d Deployment) ([]deploy.Plan, error) {
	a := &attempt{Deployment: d}
	if err := a.readLive(ctx); err != nil {
		return nil, err
	}
	var plans []deploy.Plan
	items, err := a.ready()
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		_, plan, err := planTarget(ctx, d.reporter(), item, false)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}
