package rollout

import (
	"context"
	"time"

	"git.example/slipway/pipelines/deploy/journal"
)

// recallEntries is how far back recall looks: a killed run leaves at most the
// newest entry behind, and before it one of an adoption.
const recallEntries = 3

// recall reads what is live, after completing what a killed run left in the
// journal: its entry becomes interrupted, or live if it had verified already.
func (a *attempt) recall(ctx context.Context) error {
	live, err := a.Journal.Live(ctx)
	if err != nil {
		return err
	}
	newest, err := a.Journal.History(ctx, recallEntries)
	if err != nil {
		return err
	}
	for _, e := range newest {
		if e.Outcome == journal.OutcomeRunning {
			e.Outcome, e.Ended = journal.OutcomeInterrupted, time.Now().UTC()
			if e.Ended.Before(e.Started) {
				e.Ended = e.Started // the clock where it ran was ahead of ours
			}
			if err := a.Journal.Save(ctx, e); err != nil {
				return err
			}
		}
	}
	if e := newestWorked(newest); e != nil && (live == nil || e.ID > live.ID) {
		if err := a.Journal.SetLive(ctx, *e); err != nil {
			return err
		}
	}
	return a.readLive(ctx)
}

// readLive reads the live deploy and what it wanted of each target.
func (a *attempt) readLive(ctx context.Context) error {
	var err error
	if a.live, err = a.Journal.Live(ctx); err != nil || a.live == nil {
		return err
	}
	a.prior, err = desiredOf(ctx, a.Journal, *a.live)
	return err
}
