package deploy

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"git.example/slipway/pipelines/report"
)

// defaultKeep is how many releases can be gone back to.
const defaultKeep = 5

// prune drops the snapshots of all but the last releases, and the images that
// only those used. The deploy has succeeded, so what goes wrong is a warning.
func (r *run) prune(ctx context.Context) {
	err := report.Run(ctx, r.reporter(), "prune", func(t *report.Task) error { return r.pruneReleases(ctx, t) })
	if err != nil {
		text := fmt.Sprintf("pruning old releases: %v; the next deploy tries again", err)
		r.reporter().Report(report.Notice{Level: report.Warning, Text: text})
	}
}

func (r *run) pruneReleases(ctx context.Context, t *report.Task) error {
	keep, drop, err := r.Journal.retained(ctx, r.entry.ID, r.Keep)
	if err != nil {
		return err
	}
	kept, err := r.Journal.byTarget(ctx, keep)
	if err != nil {
		return err
	}
	dropped, err := r.Journal.byTarget(ctx, drop)
	if err != nil {
		return err
	}
	var errs []error
	for _, item := range r.Targets {
		pruner, ok := item.Target.(Pruner)
		if name := item.Target.Name(); ok && len(dropped[name]) > 0 {
			errs = append(errs, pruner.Prune(ctx, dropped[name], kept[name], t))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, id := range drop {
		errs = append(errs, r.Journal.drop(ctx, id))
	}
	for _, id := range keep {
		if id != r.entry.ID {
			errs = append(errs, r.Journal.forgetEnv(ctx, id))
		}
	}
	errs = append(errs, r.Journal.forgetOld(ctx, keep))
	return errors.Join(errs...)
}

// forgetOld drops the oldest entries of the history where there is no room for
// all: never those that can be gone back to.
func (j *Journal) forgetOld(ctx context.Context, keep []int) error {
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

// retained divides the snapshots: the newest one of each of the last releases
// that worked is kept, at least the live one and the one before it.
func (j *Journal) retained(ctx context.Context, live, count int) (keep, drop []int, err error) {
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
		e, err := j.entry(ctx, ids[i])
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

func (j *Journal) byTarget(ctx context.Context, ids []int) (map[string][]Desired, error) {
	by := map[string][]Desired{}
	for _, id := range ids {
		desired, err := j.Desired(ctx, id)
		if err != nil && len(desired) == 0 {
			continue // killed before it was written
		}
		for target, d := range desired {
			by[target] = append(by[target], d)
		}
	}
	return by, nil
}
