package pipelines

import (
	"context"
	"maps"
	"slices"
	"time"

	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// RollbackOptions say how far to go back.
type RollbackOptions struct {
	Env string
	// To is the release to go back to; the last one before the live one that
	// verified when empty.
	To string
	// Down are commands that undo migrations, run in the live release before it
	// goes: "COMMAND" in the service that runs the steps before a deploy, or
	// "SERVICE: COMMAND".
	Down []string
	// ReleasedSecrets brings back the versions of the secrets that the release was
	// deployed with, too; else secrets keep their current values.
	ReleasedSecrets bool
	// Only are the targets that go back; all when empty.
	Only []string
	// Paths are as in DeployOptions.
	Paths    []string
	LockWait time.Duration
	// Confirm is as in DeployOptions.
	Confirm func(ctx context.Context, question Question) error
}

// Rollback brings an earlier release back with the files that were recorded
// with it. Neither an engine nor the registry's records are needed.
func (p *Project) Rollback(ctx context.Context, o RollbackOptions) (rollout.Result, error) {
	configured, err := p.workspace.Environment(o.Env)
	if err != nil {
		return rollout.Result{}, err
	}
	kept, err := p.targets.Journal(ctx, configured)
	if err != nil {
		return rollout.Result{}, err
	}
	entry, earlier, err := rollout.Earlier(ctx, kept, o.To)
	if err != nil {
		return rollout.Result{}, err
	}
	if err := admitBack(p.workspace, p.registries.Signatures.Trust, configured, entry); err != nil {
		return rollout.Result{}, err
	}
	_, live, err := rollout.Live(ctx, kept)
	if err != nil {
		return rollout.Result{}, err
	}
	environment, err := p.targets.Recorded(ctx, configured, earlier, live, o.Only)
	if err != nil {
		return rollout.Result{}, err
	}
	if err := environment.Connect(ctx, targets.WithoutHost); err != nil {
		return rollout.Result{}, err
	}
	items, err := environment.Credentials(ctx)
	if err != nil {
		return rollout.Result{}, err
	}
	if items, err = environment.Narrow(items, o.Paths); err != nil {
		return rollout.Result{}, err
	}
	d := deploymentTo(ctx, p.workspace, environment, entry.Tag, items, o.LockWait)
	if d.Down, err = downSteps(environment, o.Down); err != nil {
		return rollout.Result{}, err
	}
	if o.ReleasedSecrets {
		d.Released = environment.ReleasedSecrets
	}
	sayWhatStays(p.workspace, environment, entry.Tag, live)
	if environment.Config.Protected && o.Confirm != nil {
		if err := askAboutRollback(ctx, p.workspace, environment, &d, entry, earlier, o.Confirm); err != nil {
			return rollout.Result{}, err
		}
	}
	d.Rollback, d.Tag = true, entry.Tag
	told := announce(p.workspace, environment.Name, d, func() (*Shipping, error) {
		from, err := liveRelease(ctx, environment)
		return &Shipping{From: from.tag}, err
	})
	d.Begun = told.begun
	result, err := rollout.Rollback(ctx, d, entry, earlier)
	told.ended(ctx, err)
	return result, err
}

// sayWhatStays names the targets that are live and that the release to go back to
// does not have: they stay as they are.
func sayWhatStays(w *workspace.Workspace, e *targets.Environment, tag string, live targets.Snapshot) {
	for _, name := range slices.Sorted(maps.Keys(live)) {
		d := live[name]
		goesBack := slices.ContainsFunc(e.Targets, func(t targets.Target) bool {
			return t.Name() == name || d.Place != "" && t.Place == d.Place
		})
		if !goesBack {
			w.Notice(report.Info, "target %q, which %s does not have, stays as it is", name, tag)
		}
	}
}
