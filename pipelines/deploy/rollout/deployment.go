package rollout

import (
	"context"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// Deployment is one deploy of one release to the targets of an environment.
type Deployment struct {
	Journal *journal.Journal
	// Move is where the journal moves to once the deploy has succeeded; nil when it
	// stays.
	Move *Move
	// Tag of the release.
	Tag string
	// Targets in the order they are changed.
	Targets []Item
	By      journal.Holder
	// Wait is how long to wait for a lock that somebody else holds; zero fails at once.
	Wait time.Duration
	// Guard refuses the deploy under the lock, before anything changed, such as
	// an older commit over a newer one. Live is nil before the first deploy. Nil
	// for none.
	Guard func(ctx context.Context, live *journal.Entry) error
	// Expect are the plans of a saved plan: a deploy that would do anything else is
	// a *Moved error. Nil for none.
	Expect []deploy.Plan
	// Rollback says that somebody asked for an earlier release: steps are not
	// run, and the history says so.
	Rollback bool
	// Begun is told once the deploy is in the history, before anything changes. Nil for
	// nobody.
	Begun func(ctx context.Context, e journal.Entry)
	// Released gives a rollback the secrets of a target as they were deployed, by
	// their versions; see Desired.SecretVersions. Nil for those of the Items.
	Released func(ctx context.Context, target string, versions map[string]string) (deploy.Desired, error)
	// Record, PromotedFrom and Direct are for the history; see Entry.
	Record       *journal.Record
	PromotedFrom string
	Direct       bool
	// Committed is when the release's commit was made, and Published when the release
	// was; zero where nobody knows.
	Committed, Published time.Time
	// Down are commands that undo migrations. They run in the live release's
	// containers before anything changes.
	Down []deploy.Step
	// Keep is how many releases can be gone back to; 5 when zero.
	Keep     int
	Reporter report.Reporter
	// Clean makes text fit for the history: without secrets, and without what must
	// not reach a terminal. Nil changes nothing.
	Clean func(text string) string
}

func (d Deployment) clean(text string) string {
	if d.Clean == nil {
		return text
	}
	return d.Clean(text)
}

// reporter is d's reporter, or one that drops everything.
func (d Deployment) reporter() report.Reporter {
	if d.Reporter == nil {
		return report.Discard
	}
	return d.Reporter
}

// Item is one target and what it should run.
type Item struct {
	Target  deploy.Target
	Desired deploy.Desired
}
