package pipelines

import (
	"context"
	"errors"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/workspace"
)

// deploy adds to planned what a deploy of the release would do to each
// target, and why it would be refused. A target that can't be planned stops no
// other one.
func (p planner) deploy(ctx context.Context, e config.Entry[config.Environment], r published.Release, o DeployOptions, planned *Planned) error {
	err := p.together(ctx, e, r, o, planned)
	if err == nil || ctx.Err() != nil || isUsage(err) {
		return err
	}
	names := o.Only
	if len(names) == 0 {
		names = e.Value.Deploy.Names()
	}
	if len(names) == 1 || slices.Contains(names, AutoTargets) {
		planned.unseen("target "+names[0], err)
		return nil
	}
	var refused []string
	for _, name := range names {
		alone := Planned{}
		only := o
		only.Only = []string{name}
		if err := p.together(ctx, e, r, only, &alone); err != nil {
			if ctx.Err() != nil {
				return err
			}
			planned.unseen("target "+name, err)
			continue
		}
		planned.First, planned.Shipping = alone.First, alone.Shipping
		planned.Targets = append(planned.Targets, alone.Targets...)
		refused = append(refused, alone.Refused...)
	}
	slices.Sort(refused)
	planned.Refused = append(planned.Refused, slices.Compact(refused)...)
	return nil
}

// together plans all targets that are asked for, or none.
func (p planner) together(ctx context.Context, e config.Entry[config.Environment], found published.Release, o DeployOptions, planned *Planned) error {
	r, err := preparation{p.workspace, p.registries, p.targets}.of(ctx, e, found, o)
	if err != nil {
		return err
	}
	refused, err := r.refusals(ctx)
	if err != nil {
		return err
	}
	begun, err := r.deployment.Journal.Begun(ctx)
	if err != nil {
		return err
	}
	plans, err := rollout.Preview(ctx, r.deployment)
	if err != nil {
		return err
	}
	for i := range plans {
		showPending(&plans[i])
	}
	if planned.Shipping, err = r.shipping(ctx); err != nil {
		return err
	}
	planned.First, planned.Targets = !begun, plans
	planned.Refused = append(planned.Refused, refused...)
	return nil
}

// showPending has a plan say which images are not built yet.
func showPending(p *deploy.Plan) {
	for i, c := range p.Changes {
		c.Subject, c.Note = release.ShowPending(c.Subject), release.ShowPending(c.Note)
		c.Before, c.After = release.ShowPending(c.Before), release.ShowPending(c.After)
		p.Changes[i] = c
	}
	for i, note := range p.Notes {
		p.Notes[i] = release.ShowPending(note)
	}
}

func isUsage(err error) bool {
	var usage *workspace.UsageError
	return errors.As(err, &usage)
}
