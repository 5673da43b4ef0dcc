package rollout

import (
	"context"
	"maps"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// begin writes the deploy into the history. Its snapshot is complete: targets
// that it does not touch stay as the live deploy has them, but for those whose
// place another target has taken.
func (a *attempt) begin(ctx context.Context) error {
	desired := map[string]deploy.Desired{}
	maps.Copy(desired, a.prior)
	maps.DeleteFunc(desired, a.takenOver)
	entry := journal.Entry{Tag: a.Tag, By: a.By, Started: time.Now().UTC(), Outcome: journal.OutcomeRunning, Digests: map[string]string{},
		Record: a.Record, PromotedFrom: a.PromotedFrom, Direct: a.Direct, Rollback: a.Rollback}
	entry.Revisions = a.keptRevisions(desired)
	entry.Committed, entry.Published = a.Committed, a.Published
	if a.live != nil {
		entry.Previous, entry.PreviousCommit = a.live.Tag, a.live.Commit
	}
	for _, item := range a.Targets {
		desired[item.Target.Name()] = item.Desired
		entry.Targets = append(entry.Targets, item.Target.Name())
		entry.Paths = append(entry.Paths, item.Desired.Paths...)
		entry.Commit = item.Desired.Release.Commit
		for reference, version := range item.Desired.SecretVersions {
			if entry.SecretVersions == nil {
				entry.SecretVersions = map[string]string{}
			}
			entry.SecretVersions[reference] = version
		}
		for name, image := range item.Desired.Release.Images {
			entry.Digests[name] = image.Digest
		}
	}
	var err error
	a.entry, err = a.Journal.Begin(ctx, entry, desired)
	return err
}

// finish makes the release the live one, also when the user interrupts now: it
// runs and is proven. Verified in the history comes first: recall completes the
// rest when we are killed in between.
func (a *attempt) finish(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	return report.Run(ctx, a.reporter(), "record", func(*report.Task) error {
		if err := a.lease.Fence(ctx); err != nil {
			return err
		}
		a.entry.Ended, a.entry.Outcome = time.Now().UTC(), journal.OutcomeDeployed
		if a.Rollback {
			a.entry.Outcome = journal.OutcomeRollback
		}
		if err := a.Journal.Save(ctx, a.entry); err != nil {
			return err
		}
		return a.Journal.SetLive(ctx, a.entry)
	})
}
