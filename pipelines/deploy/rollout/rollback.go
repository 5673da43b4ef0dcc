package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// Rollback brings an earlier release back: the one tagged to, or when it is
// empty the last one that verified before the live one. Releases that failed
// are never chosen. Of d's targets only Env and Login are used: secrets stay
// the current ones, unless d.Released gives those of the release; everything
// else comes from the journal. A release that the
// journal has dropped wraps fs.ErrNotExist.
func Rollback(ctx context.Context, d Deployment, to string) (Result, error) {
	entry, err := earlier(ctx, d.Journal, to)
	if err != nil {
		return Result{}, err
	}
	desired, err := d.Journal.Desired(ctx, entry.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return Result{}, fmt.Errorf("rolling back to %s: it is older than the releases kept here; deploy it by its tag instead: %w", entry.Tag, err)
	}
	if err != nil {
		return Result{}, err
	}
	items := make([]Item, 0, len(d.Targets))
	for _, item := range d.Targets {
		earlier, ok := desired[item.Target.Name()]
		if !ok {
			return Result{}, fmt.Errorf("rolling back to %s: it has no target %q; deploy it by its tag instead, with --allow-diverged: that takes the targets that it was published with",
				entry.Tag, item.Target.Name())
		}
		today := item.Desired
		if d.Released != nil {
			if today, err = d.Released(ctx, item.Target.Name(), earlier.SecretVersions); err != nil {
				return Result{}, fmt.Errorf("rolling back to %s: target %q: %w", entry.Tag, item.Target.Name(), err)
			}
		}
		earlier.Env, earlier.SecretVersions, earlier.PinnedSecrets = today.Env, today.SecretVersions, today.PinnedSecrets
		earlier.Login, earlier.Paths = item.Desired.Login, item.Desired.Paths
		items = append(items, Item{Target: item.Target, Desired: earlier})
	}
	d.Targets, d.Tag, d.Rollback = items, entry.Tag, true
	return Run(ctx, d)
}
