package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy/journal"
)

// rollbackEntries is how far back a release to go back to is looked for.
const rollbackEntries = 500

// earlier finds the release to go back to: the newest deploy of tag that
// verified, or without a tag the newest one before the live release first came.
// When a run was killed or could not put everything back, that is the live one.
func earlier(ctx context.Context, j *journal.Journal, tag string) (journal.Entry, error) {
	live, err := j.Live(ctx)
	if err != nil {
		return journal.Entry{}, err
	}
	if live == nil {
		return journal.Entry{}, errors.New("rolling back: nothing was deployed here yet")
	}
	history, err := j.History(ctx, rollbackEntries)
	if err != nil {
		return journal.Entry{}, err
	}
	if completed := newestWorked(history); completed != nil && completed.ID > live.ID {
		live = completed // its run was killed before it could say so
	}
	if tag == "" && len(history) > 0 && history[0].ID > live.ID && halfDone(history[0]) {
		return newestOf(history, live.Tag), nil
	}
	before, failed := live.ID, false
	for _, e := range history {
		// A release that came back by a rollback stands where it stood before:
		// going back from it does not lead forward to the one it replaced.
		if tag == "" && e.Tag == live.Tag && e.Outcome == journal.OutcomeDeployed {
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
		return journal.Entry{}, fmt.Errorf("rolling back: no release before %s has verified here", live.Tag)
	case failed:
		return journal.Entry{}, fmt.Errorf("rolling back to %s: its deploy failed here, so it is no release to go back to", tag)
	}
	return journal.Entry{}, fmt.Errorf("rolling back to %s: it was never deployed here; there are %s", tag, strings.Join(unique(known), ", "))
}

// newestWorked is the newest deploy that worked; nil for none.
func newestWorked(history []journal.Entry) *journal.Entry {
	i := slices.IndexFunc(history, func(e journal.Entry) bool { return e.Outcome.Worked() })
	if i < 0 {
		return nil
	}
	return &history[i]
}

// newestOf is the newest deploy of tag that worked: its snapshot is the one
// that is kept.
func newestOf(history []journal.Entry, tag string) journal.Entry {
	i := slices.IndexFunc(history, func(e journal.Entry) bool { return e.Tag == tag && e.Outcome.Worked() })
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

// halfDone says that what runs may be partly this release, although it is not live.
func halfDone(e journal.Entry) bool {
	return e.Outcome == journal.OutcomeRunning || e.Outcome == journal.OutcomeInterrupted || e.Mixed
}
