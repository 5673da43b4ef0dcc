package journal

import (
	"context"
	"errors"
	"io/fs"
)

// defaultKeep is how many releases can be gone back to.
const defaultKeep = 5

// Retained divides the snapshots: the newest one of each of the last releases
// that worked is kept, at least the live one and the one before it.
func (j *Journal) Retained(ctx context.Context, live, count int) (keep, drop []int, err error) {
	if count == 0 {
		count = defaultKeep
	}
	count = max(count, 2)
	ids, err := j.snapshots.ids(ctx)
	if err != nil {
		return nil, nil, err
	}
	entries := make([]Entry, len(ids))
	err = each(ctx, ids, func(ctx context.Context, i, id int) (err error) {
		if entries[i], err = j.Entry(ctx, id); errors.Is(err, fs.ErrNotExist) {
			return nil // killed before it was written
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	tags := map[string]bool{}
	for i := len(ids) - 1; i >= 0; i-- {
		e := entries[i]
		if ids[i] == live || e.Outcome.Worked() && !tags[e.Tag] && len(tags) < count {
			tags[e.Tag] = true
			keep = append(keep, ids[i])
			continue
		}
		drop = append(drop, ids[i])
	}
	return keep, drop, nil
}

// Drop removes the snapshots in drop, and the env values of those that stay
// besides the live one.
func (j *Journal) Drop(ctx context.Context, drop, keep []int, live int) error {
	var errs []error
	for _, id := range drop {
		errs = append(errs, j.snapshots.drop(ctx, id))
	}
	for _, id := range keep {
		if id != live {
			errs = append(errs, j.snapshots.forgetEnv(ctx, id))
		}
	}
	return errors.Join(errs...)
}

// Compact moves the old entries of the history together, under the lock. Where
// there is no room for all, the oldest go instead: never those that can be gone
// back to.
func (j *Journal) Compact(ctx context.Context) error {
	keep, err := j.snapshots.ids(ctx)
	if err != nil {
		return err
	}
	if err := j.forgetStories(ctx); err != nil {
		return err
	}
	if j.history.most > 0 {
		return j.history.trim(ctx, keep)
	}
	return j.history.compact(ctx, keep)
}
