package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// rollbackEntries is how far back a release to go back to is looked for when none is
// named.
const rollbackEntries = 500

// shownReleases is how many releases an error names.
const shownReleases = 10

// Earlier is the release to go back to, and what it wanted of each target: the
// newest deploy of the release tagged to that verified, or when it is empty the
// newest one before the live release first came. When a run was killed or could
// not put everything back, that is the live one; a rollback that was killed goes on
// to where it went. Releases that failed are never
// chosen. A release that the journal has dropped wraps fs.ErrNotExist.
func Earlier(ctx context.Context, j *journal.Journal, to string) (journal.Entry, map[string]deploy.Desired, error) {
	entry, err := earlier(ctx, j, to)
	if err != nil {
		return journal.Entry{}, nil, err
	}
	desired, err := desiredOf(ctx, j, entry)
	if errors.Is(err, fs.ErrNotExist) {
		return journal.Entry{}, nil, fmt.Errorf("rolling back to %s: it is older than the releases kept here; deploy it by its tag instead: %w", entry.Tag, err)
	}
	return entry, desired, err
}

// earlier looks as far back as it has to.
func earlier(ctx context.Context, j *journal.Journal, tag string) (journal.Entry, error) {
	live, err := j.Live(ctx)
	if err != nil {
		return journal.Entry{}, err
	}
	if live == nil {
		return journal.Entry{}, errors.New("rolling back: nothing was deployed here yet")
	}
	var seen []journal.Entry
	for e, err := range j.Entries(ctx) {
		if err != nil {
			return journal.Entry{}, err
		}
		seen = append(seen, e)
		if entry := choose(seen, *live, tag, false); entry != nil {
			return *entry, nil
		}
		if tag == "" && len(seen) == rollbackEntries {
			break
		}
	}
	if entry := choose(seen, *live, tag, true); entry != nil {
		return *entry, nil
	}
	return journal.Entry{}, noneEarlier(seen, *live, tag)
}

// choose is the deploy to go back to, of the newest ones of the history; nil
// when it is not among them, or when it depends on older ones. All says that
// there are none.
func choose(newest []journal.Entry, live journal.Entry, tag string, all bool) *journal.Entry {
	if tag != "" {
		return newestOf(newest, tag)
	}
	if completed := newestWorked(newest); completed != nil && completed.ID > live.ID {
		live = *completed // its run was killed before it could say so
	}
	if len(newest) > 0 && newest[0].ID > live.ID && halfDone(newest[0]) {
		if newest[0].Rollback && !newest[0].Mixed {
			return newestOf(newest, newest[0].Tag) // the live one is what somebody wants to leave
		}
		return newestOf(newest, live.Tag)
	}
	// A release that came back by a rollback stands where it stood before: going
	// back from it does not lead forward to the one it replaced.
	before := live.ID
	first := slices.IndexFunc(newest, func(e journal.Entry) bool {
		return e.Tag == live.Tag && e.Outcome == journal.OutcomeDeployed
	})
	if first >= 0 {
		before = newest[first].ID
	} else if !all {
		return nil
	}
	for _, e := range newest {
		if e.Outcome.Worked() && e.ID < before && e.Tag != live.Tag {
			return newestOf(newest, e.Tag)
		}
	}
	return nil
}

// noneEarlier is why there is no release to go back to.
func noneEarlier(history []journal.Entry, live journal.Entry, tag string) error {
	if tag == "" {
		if completed := newestWorked(history); completed != nil && completed.ID > live.ID {
			live = *completed
		}
		return fmt.Errorf("rolling back: no release before %s has verified here", live.Tag)
	}
	var known []string
	for _, e := range history {
		switch {
		case e.Outcome.Worked():
			known = append(known, e.Tag)
		case e.Tag == tag:
			return fmt.Errorf("rolling back to %s: its deploy failed here, so it is no release to go back to", tag)
		}
	}
	known = unique(known)
	more := ""
	if len(known) > shownReleases {
		known, more = known[:shownReleases], ", and older ones: see slipway history"
	}
	return fmt.Errorf("rolling back to %s: it was never deployed here; there are %s%s", tag, strings.Join(known, ", "), more)
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
// that is kept. Nil for none.
func newestOf(history []journal.Entry, tag string) *journal.Entry {
	i := slices.IndexFunc(history, func(e journal.Entry) bool { return e.Tag == tag && e.Outcome.Worked() })
	if i < 0 {
		return nil
	}
	return &history[i]
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
