package rollout

import (
	"context"
	"errors"
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

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
	keep, drop, err := r.Journal.Retained(ctx, r.entry.ID, r.Keep)
	if err != nil {
		return err
	}
	kept, err := byTarget(ctx, r.Journal, keep)
	if err != nil {
		return err
	}
	dropped, err := byTarget(ctx, r.Journal, drop)
	if err != nil {
		return err
	}
	var errs []error
	for _, item := range r.Targets {
		pruner, ok := item.Target.(deploy.Pruner)
		if name := item.Target.Name(); ok && len(dropped[name]) > 0 {
			errs = append(errs, pruner.Prune(ctx, dropped[name], kept[name], t))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, id := range drop {
		errs = append(errs, r.Journal.Drop(ctx, id))
	}
	for _, id := range keep {
		if id != r.entry.ID {
			errs = append(errs, r.Journal.ForgetEnv(ctx, id))
		}
	}
	errs = append(errs, r.Journal.Trim(ctx, keep))
	return errors.Join(errs...)
}

// byTarget is what those deploys wanted, by target.
func byTarget(ctx context.Context, j *journal.Journal, ids []int) (map[string][]deploy.Desired, error) {
	by := map[string][]deploy.Desired{}
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
