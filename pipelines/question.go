package pipelines

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// ask plans the deploy, asks whether it may be done, and pins d to what was agreed to.
// A release that the environment refuses is not asked about.
func (r readied) ask(ctx context.Context, d *rollout.Deployment, confirm func(context.Context, Question) error) error {
	live, err := d.Journal.Live(ctx)
	if err != nil {
		return err
	}
	if err := r.admission.guard(ctx, live); err != nil {
		return err
	}
	planned := Planned{Environment: r.environment.Name, Tag: d.Tag, Published: true, First: live == nil}
	if planned.Targets, err = rollout.Preview(ctx, *d); err != nil {
		return err
	}
	if live != nil && live.Tag == d.Tag && planned.Empty() {
		return nil // nothing will be changed
	}
	if planned.Shipping, err = r.shipping(ctx); err != nil {
		return err
	}
	if err := confirm(ctx, Question{fmt.Sprintf("Deploy %s to the protected environment %s?", d.Tag, r.environment.Name), planned}); err != nil {
		return err
	}
	if d.Expect == nil {
		d.Expect = planned.Targets
	}
	return nil
}

// shipping is what comes with the release, compared with what is live.
func (r readied) shipping(ctx context.Context) (*Shipping, error) {
	from, err := liveRelease(ctx, r.environment)
	if err != nil {
		return nil, err
	}
	return shipping(ctx, r.admission.workspace, from, releaseSide(r.release))
}

// liveRelease is what is live in an environment.
func liveRelease(ctx context.Context, e *targets.Environment) (side, error) {
	entry, err := e.Journal.Live(ctx)
	if err != nil || entry == nil {
		return side{}, err
	}
	live, err := e.Live(ctx)
	return liveSide(live, entry.Commit), err
}

// askAboutRollback is ask for an earlier release of the journal.
func askAboutRollback(ctx context.Context, w *workspace.Workspace, e *targets.Environment, d *rollout.Deployment, to journal.Entry, earlier map[string]deploy.Desired,
	confirm func(context.Context, Question) error,
) error {
	planned := Planned{Environment: e.Name, Tag: to.Tag, Published: true}
	var err error
	if planned.Targets, err = rollout.PreviewRollback(ctx, *d, to, earlier); err != nil {
		return err
	}
	from, err := liveRelease(ctx, e)
	if err != nil {
		return err
	}
	if planned.Shipping, err = shipping(ctx, w, from, liveSide(targets.Live{Tag: to.Tag, Targets: earlier}, to.Commit)); err != nil {
		return err
	}
	if err := confirm(ctx, Question{fmt.Sprintf("Roll the protected environment %s back to %s?", e.Name, to.Tag), planned}); err != nil {
		return err
	}
	d.Expect = planned.Targets
	return nil
}
