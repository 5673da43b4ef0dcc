package rollout

import (
	"context"
	"fmt"
	"slices"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// plan plans every target before anything changes. What runs already and is
// not ours is adopted: a deploy that fails goes back to it.
func (a *attempt) plan(ctx context.Context) error {
	adopted := map[string]deploy.Desired{}
	var err error
	if a.Targets, err = a.ready(); err != nil {
		return err
	}
	for i, item := range a.Targets {
		observed, plan, err := planTarget(ctx, a.reporter(), item, true)
		if err != nil {
			return err
		}
		before, _ := a.before(item)
		noteSecrets(&a.Targets[i].Desired, observed.SecretVersions, before)
		for _, note := range plan.Notes {
			a.reporter().Report(report.Notice{Level: report.Info, Text: item.Target.Name() + ": " + note})
		}
		a.plans = append(a.plans, plan)
		if observed.Previous != nil {
			adopted[item.Target.Name()] = *observed.Previous
		}
	}
	if a.live != nil || len(adopted) == 0 {
		return nil
	}
	now := time.Now().UTC()
	entry, err := a.Journal.Begin(ctx, journal.Entry{Tag: "adopted", By: a.By, Started: now, Ended: now, Outcome: journal.OutcomeAdopted}, adopted)
	if err != nil {
		return err
	}
	a.live, a.prior = &entry, adopted
	return a.Journal.SetLive(ctx, entry)
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
func (a *attempt) ready() ([]Item, error) {
	items := slices.Clone(a.Targets)
	for i, item := range items {
		before, known := a.before(item)
		items[i].Desired.Returning = a.Rollback || known && before.Release.Tag == a.Tag
		if known {
			items[i].Desired.Live = &before
		}
		if len(item.Desired.Paths) == 0 {
			continue
		}
		var err error
		if items[i].Desired, err = onTop(items[i].Desired, before); err != nil {
			return nil, fmt.Errorf("planning target %q: %w", item.Target.Name(), err)
		}
	}
	if narrowed(items) {
		a.Tag = a.live.Tag
	}
	return items, nil
}
