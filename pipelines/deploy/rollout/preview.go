package rollout

import (
	"context"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// Preview is what Run would do: the plans, in order. It takes no lock and
// changes nothing.
func Preview(ctx context.Context, d Deployment) ([]deploy.Plan, error) {
	r := &run{Deployment: d}
	if err := r.readLive(ctx); err != nil {
		return nil, err
	}
	var plans []deploy.Plan
	items, err := r.ready()
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

// planTarget observes and plans one target; under the lock it first waits for
// what a killed run left working there.
func planTarget(ctx context.Context, r report.Reporter, item Item, locked bool) (deploy.Observed, deploy.Plan, error) {
	var observed deploy.Observed
	var plan deploy.Plan
	name := item.Target.Name()
	err := report.Run(ctx, r, "plan "+name, func(t *report.Task) (err error) {
		if settler, ok := item.Target.(deploy.Settler); ok && locked {
			// A host that can't be reached on the way back is left out by Observe.
			if err := settler.Settle(ctx, t); err != nil && !(item.Desired.Reachable && len(deploy.FailedHosts(err)) > 0) {
				return fmt.Errorf("waiting for target %q: %w", name, err)
			}
		}
		if observed, err = item.Target.Observe(ctx, item.Desired); err != nil {
			return fmt.Errorf("observing target %q: %w", name, err)
		}
		if plan, err = item.Target.Plan(item.Desired, observed); err != nil {
			return fmt.Errorf("planning target %q: %w", name, err)
		}
		plan.Changes = append([]deploy.Change{}, plan.Changes...) // [] in JSON, never null
		plan.Pins = append([]deploy.Pin{}, plan.Pins...)
		pinSecrets(&plan, item.Desired.SecretVersions)
		pinSecrets(&plan, observed.SecretVersions)
		if plan.Empty() {
			t.Reused("nothing to do")
		} else {
			t.Detail(report.Count(len(plan.Changes), "change"))
		}
		return nil
	})
	return observed, plan, err
}

// ready are the targets; steps such as migrations are not run for a release
// that a target ran before. Single paths go on top of what is live, and the
// release stays the live one.
func (r *run) ready() ([]Item, error) {
	items := slices.Clone(r.Targets)
	for i, item := range items {
		before, known := r.prior[item.Target.Name()]
		items[i].Desired.Returning = r.Rollback || known && before.Release.Tag == r.Tag
		if len(item.Desired.Paths) == 0 {
			continue
		}
		var err error
		if items[i].Desired, err = onTop(items[i].Desired, before); err != nil {
			return nil, fmt.Errorf("planning target %q: %w", item.Target.Name(), err)
		}
	}
	if narrowed(items) {
		r.Tag = r.live.Tag
	}
	return items, nil
}
