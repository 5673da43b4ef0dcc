package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"git.example/slipway/pipelines/report"
)

// rollbackEntries is how far back a release to go back to is looked for.
const rollbackEntries = 500

// Rollback brings an earlier release back: the one tagged to, or when it is
// empty the last one that verified before the live one. Releases that failed
// are never chosen. Of d's targets only Env and Login are used: secrets stay
// the current ones, unless d.Released gives those of the release; everything
// else comes from the journal. A release that the
// journal has dropped wraps fs.ErrNotExist.
func Rollback(ctx context.Context, d Deployment, to string) (Result, error) {
	entry, err := d.Journal.earlier(ctx, to)
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

// earlier finds the release to go back to: the newest deploy of tag that
// verified, or without a tag the newest one before the live release first came.
// When a run was killed or could not put everything back, that is the live one.
func (j *Journal) earlier(ctx context.Context, tag string) (Entry, error) {
	live, err := j.Live(ctx)
	if err != nil {
		return Entry{}, err
	}
	if live == nil {
		return Entry{}, errors.New("rolling back: nothing was deployed here yet")
	}
	history, err := j.History(ctx, rollbackEntries)
	if err != nil {
		return Entry{}, err
	}
	if completed := newestWorked(history); completed != nil && completed.ID > live.ID {
		live = completed // its run was killed before it could say so
	}
	if tag == "" && len(history) > 0 && history[0].ID > live.ID && history[0].halfDone() {
		return newestOf(history, live.Tag), nil
	}
	before, failed := live.ID, false
	for _, e := range history {
		// A release that came back by a rollback stands where it stood before:
		// going back from it does not lead forward to the one it replaced.
		if tag == "" && e.Tag == live.Tag && e.Outcome == OutcomeDeployed {
			before = e.ID
			break
		}
	}
	var known []string
	for _, e := range history {
		worked := e.Outcome.Worked()
		failed = failed || e.Tag == tag && !worked
		switch {
		case !worked:
		case tag != "" && e.Tag == tag, tag == "" && e.ID < before && e.Tag != live.Tag:
			return newestOf(history, e.Tag), nil
		default:
			known = append(known, e.Tag)
		}
	}
	switch {
	case tag == "":
		return Entry{}, fmt.Errorf("rolling back: no release before %s has verified here", live.Tag)
	case failed:
		return Entry{}, fmt.Errorf("rolling back to %s: its deploy failed here, so it is no release to go back to", tag)
	}
	return Entry{}, fmt.Errorf("rolling back to %s: it was never deployed here; there are %s", tag, strings.Join(unique(known), ", "))
}

// newestWorked is the newest deploy that worked; nil for none.
func newestWorked(history []Entry) *Entry {
	i := slices.IndexFunc(history, func(e Entry) bool { return e.Outcome.Worked() })
	if i < 0 {
		return nil
	}
	return &history[i]
}

// newestOf is the newest deploy of tag that worked: its snapshot is the one
// that is kept.
func newestOf(history []Entry, tag string) Entry {
	i := slices.IndexFunc(history, func(e Entry) bool { return e.Tag == tag && e.Outcome.Worked() })
	return history[i]
}

func unique(names []string) []string {
	seen := map[string]bool{}
	var once []string
	for _, name := range names {
		if !seen[name] {
			once = append(once, name)
		}
		seen[name] = true
	}
	return once
}

// down runs the commands that undo migrations, in what is live.
func (r *run) down(ctx context.Context) error {
	for _, step := range r.Down {
		name := fmt.Sprintf("down %s: %s", step.Service, strings.Join(step.Command, " "))
		err := report.Run(ctx, r.reporter(), name, func(t *report.Task) error {
			for _, item := range r.Targets {
				stepper, ok := item.Target.(Stepper)
				live, runs := r.prior[step.Target]
				if item.Target.Name() != step.Target || !ok || !runs {
					continue
				}
				session := Session{Log: t, Fence: r.lease.Fence}
				return stepper.RunStep(ctx, live, step.Service, step.Command, session)
			}
			return fmt.Errorf("target %q has no live release to run it in", step.Target)
		})
		if err != nil {
			return fmt.Errorf("running %q: %w", strings.Join(step.Command, " "), err)
		}
	}
	return nil
}
