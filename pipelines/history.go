package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy/journal"
)

// HistoryOptions say what to list.
type HistoryOptions struct {
	Env string
	// Limit is how many deploys to list; zero is all.
	Limit int
}

// History lists the deploys of an environment, newest first.
func (p *Project) History(ctx context.Context, o HistoryOptions) ([]journal.Entry, error) {
	kept, _, err := openJournal(ctx, p.workspace, p.targets, o.Env)
	if err != nil {
		return nil, err
	}
	return kept.History(ctx, o.Limit)
}
