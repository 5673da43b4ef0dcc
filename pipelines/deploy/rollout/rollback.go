package rollout

import (
	"cmp"
	"context"
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// Rollback brings an earlier release back on d's targets; to and desired come
// from Earlier. Of the Items only Env, Login, Paths, Place and Configured are used: secrets
// stay the current ones, unless d.Released gives those of the release; everything
// else comes from the journal. Targets that d leaves out stay as they are.
func Rollback(ctx context.Context, d Deployment, to journal.Entry, desired map[string]deploy.Desired) (Result, error) {
	d, err := backTo(ctx, d, to, desired)
	if err != nil {
		return Result{}, err
	}
	return Run(ctx, d)
}

// PreviewRollback is what Rollback would do: the plans, in order. It takes no lock and
// changes nothing.
func PreviewRollback(ctx context.Context, d Deployment, to journal.Entry, desired map[string]deploy.Desired) ([]deploy.Plan, error) {
	d, err := backTo(ctx, d, to, desired)
	if err != nil {
		return nil, err
	}
	return Preview(ctx, d)
}

// backTo is d as the deploy of an earlier release.
func backTo(ctx context.Context, d Deployment, to journal.Entry, desired map[string]deploy.Desired) (Deployment, error) {
	items := make([]Item, 0, len(d.Targets))
	for _, item := range d.Targets {
		earlier, ok := desired[item.Target.Name()]
		if !ok {
			return d, fmt.Errorf("rolling back to %s: it has no target %q; deploy it by its tag instead, with --allow-diverged: that takes the targets that it was published with",
				to.Tag, item.Target.Name())
		}
		current := item.Desired
		if d.Released != nil {
			var err error
			if current, err = d.Released(ctx, item.Target.Name(), earlier.SecretVersions); err != nil {
				return d, fmt.Errorf("rolling back to %s: target %q: %w", to.Tag, item.Target.Name(), err)
			}
		}
		earlier.Env, earlier.SecretVersions, earlier.PinnedSecrets = current.Env, current.SecretVersions, current.PinnedSecrets
		earlier.Login, earlier.Paths = item.Desired.Login, item.Desired.Paths
		earlier.Place, earlier.Configured = cmp.Or(item.Desired.Place, earlier.Place), cmp.Or(item.Desired.Configured, earlier.Configured)
		items = append(items, Item{Target: item.Target, Desired: earlier})
	}
	d.Committed, d.Published = to.Committed, to.Published
	d.Targets, d.Tag, d.Record, d.Rollback = items, to.Tag, to.Record, true
	return d, nil
}
