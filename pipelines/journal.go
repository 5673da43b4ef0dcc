package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// openJournal is the journal of an environment, and the environment's name.
func openJournal(ctx context.Context, w *workspace.Workspace, e *targets.Environments, env string) (*journal.Journal, string, error) {
	environment, err := w.Environment(env)
	if err != nil {
		return nil, "", err
	}
	kept, err := e.Journal(ctx, environment)
	return kept, environment.Name, err
}

// holder is who this run is, for the lock and the history.
func holder(ctx context.Context, w *workspace.Workspace) journal.Holder {
	user := w.Info.Actor
	if user == "" {
		user, _ = w.Lookup("USER")
	}
	if user == "" && w.Git != nil {
		user = w.Git.User(ctx)
	}
	return journal.Holder{User: user, RunURL: w.Info.RunURL}
}
