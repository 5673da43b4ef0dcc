package journal

import (
	"context"
	"errors"
	"path"
	"slices"
)

// defaultKeep is how many releases can be gone back to.
const defaultKeep = 5

// Trim drops the oldest entries of the history where there is no room for
// all: never those that can be gone back to.
func (j *Journal) Trim(ctx context.Context, keep []int) error {
	if j.most == 0 {
		return nil
	}
	ids, err := numbers(ctx, j.files, path.Join(j.dir, "history"))
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids[:max(0, len(ids)-j.most)] {
		if !slices.Contains(keep, id) {
			errs = append(errs, j.files.Remove(ctx, path.Join(j.dir, entryFile(id))))
		}
	}
	return errors.Join(errs...)
}

// Retained divides the snapshots: the newest one of each of the last releases
// that worked is kept, at least the live one and the one before it.
func (j *Journal) Retained(ctx context.Context, live, count int) (keep, drop []int, err error) {
	if count == 0 {
		count = defaultKeep
	}
	count = max(count, 2)
	ids, err := j.snapshots(ctx)
	if err != nil {
		return nil, nil, err
	}
	tags := map[string]bool{}
	for i := len(ids) - 1; i >= 0; i-- {
		e, err := j.Entry(ctx, ids[i])
		worked := err == nil && e.Outcome.Worked()
		if ids[i] == live || worked && !tags[e.Tag] && len(tags) < count {
			tags[e.Tag] = true
			keep = append(keep, ids[i])
			continue
		}
		drop = append(drop, ids[i]) // also those that were killed before their entry was written
	}
	return keep, drop, nil
}
