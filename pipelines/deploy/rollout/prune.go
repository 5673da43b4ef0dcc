package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// prune drops the snapshots of all but the last releases, and the images that
// only those used. The deploy has succeeded, so what goes wrong is a warning.
func (a *attempt) prune(ctx context.Context) {
	err := report.Run(ctx, a.reporter(), "prune", func(t *report.Task) error { return a.pruneReleases(ctx, t) })
	if err != nil {
		text := fmt.Sprintf("pruning old releases: %v; the next deploy tries again", err)
		a.reporter().Report(report.Notice{Level: report.Warning, Text: text})
	}
}

func (a *attempt) pruneReleases(ctx context.Context, t *report.Task) error {
	keep, drop, err := a.Journal.Retained(ctx, a.entry.ID, a.Keep)
	if err != nil {
		return err
	}
	kept, err := snapshots(ctx, a.Journal, keep)
	if err != nil {
		return err
	}
	dropped, err := snapshots(ctx, a.Journal, drop)
	if err != nil {
		return err
	}
	var errs []error
	for _, item := range a.Targets {
		pruner, ok := item.Target.(deploy.Pruner)
		if unused := wantedOf(item, dropped); ok && len(unused) > 0 {
			errs = append(errs, pruner.Prune(ctx, unused, wantedOf(item, kept), t))
		}
	}
	if len(errs) == 0 || errors.Join(errs...) == nil {
		errs = append(errs, a.Journal.Drop(ctx, drop, keep, a.entry.ID))
	}
	return errors.Join(append(errs, a.Journal.Compact(ctx))...)
}

// snapshots are what those deploys wanted of each target.
func snapshots(ctx context.Context, j *journal.Journal, ids []int) ([]map[string]deploy.Desired, error) {
	var all []map[string]deploy.Desired
	for _, id := range ids {
		e, err := j.Entry(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			e.ID = id // killed before it was written
		} else if err != nil {
			return nil, err
		}
		desired, err := desiredOf(ctx, j, e)
		if errors.Is(err, fs.ErrNotExist) {
			continue // killed before it was written
		}
		if err != nil {
			return nil, err
		}
		all = append(all, desired)
	}
	return all, nil
}

// wantedOf is what deploys wanted where an item is, under whatever name.
func wantedOf(item Item, snapshots []map[string]deploy.Desired) []deploy.Desired {
	var wanted []deploy.Desired
	for _, desired := range snapshots {
		for _, name := range slices.Sorted(maps.Keys(desired)) {
			if d := desired[name]; name == item.Target.Name() || inPlace(d, item) {
				wanted = append(wanted, d)
			}
		}
	}
	return wanted
}
