package targets

import (
	"context"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/published"
)

// Offline says what the targets of an environment have once a release is
// deployed, as far as the checkout alone tells: no host, registry, cloud or secret
// is asked. Errors are why a deploy of a target would fail, a target each.
func (e *Environments) Offline(ctx context.Context, environment config.Entry[config.Environment], only []string, r published.Release) ([]deploy.Plan, []error) {
	s := e.bare(environment)
	s.registry, s.offline = r.In, true
	var plans []deploy.Plan
	var wrong []error
	for _, t := range environment.Value.Deploy {
		if len(only) > 0 && !slices.Contains(only, t.Name) {
			continue
		}
		plan, err := offline(ctx, s, t, r)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("target %q: %w", t.Name, err))
			continue
		}
		plans = append(plans, plan)
	}
	return plans, wrong
}

func offline(ctx context.Context, s *site, t config.Entry[config.Target], r published.Release) (deploy.Plan, error) {
	k := kindOf(t.Value)
	d := describedOf(r, s.name, s.registry)
	if err := k.describe(ctx, s, r, &d); err != nil {
		return deploy.Plan{}, err
	}
	contents, err := k.contents(ctx, s, d)
	return deploy.Plan{Target: t.Name, Tag: r.Record.Tag, Changes: []deploy.Change{}, Pins: []deploy.Pin{}, Contents: contents}, err
}
