package pipelines

import (
	"context"
	"errors"

	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/report"
)

// guard refuses, under the lock, a commit that the live one already contains,
// and in a protected environment one that does not contain the live one. Live is
// nil before the first deploy.
func (a admission) guard(ctx context.Context, live *journal.Entry) error {
	if live == nil || live.Commit == "" || live.Commit == a.release.Record.Commit || a.allowDiverged {
		return nil
	}
	relation, err := a.relation(ctx, live.Commit, a.release.Record.Commit)
	if err != nil {
		return err
	}
	refuse := func(why string) error {
		return refuse("deploying %q to %q: %s %s, which is live; to deploy it all the same use --allow-diverged, to go back use `slipway rollback --to %s`",
			a.release.Record.Tag, a.environment.Name, why, live.Tag, a.release.Record.Tag)
	}
	protected := a.environment.Value.Protected
	switch {
	case relation == git.Descendant:
		return refuse("its commit is older than that of")
	case relation == git.Diverged && protected:
		return refuse("its commit has diverged from that of")
	case relation == git.Unknown && protected:
		return refuse("this clone does not hold the history (fetch it whole, such as with fetch-depth: 0) that tells whether its commit is newer than that of")
	case relation == git.Unknown:
		a.workspace.Notice(report.Warning, "nobody knows whether %s is newer than %s, which is live in %s: this clone does not hold the history (fetch it whole, such as with fetch-depth: 0)",
			a.release.Record.Tag, live.Tag, a.environment.Name)
	}
	return nil
}

// relation compares the live commit with the new one: Ancestor is the good
// case, Descendant that the new one is the older.
func (a admission) relation(ctx context.Context, live, new string) (git.Relation, error) {
	if a.workspace.Git == nil {
		return git.Unknown, nil
	}
	relation, err := a.workspace.Git.Compare(ctx, live, new)
	if errors.Is(err, git.ErrNoCommit) {
		return git.Unknown, nil
	}
	return relation, err
}
