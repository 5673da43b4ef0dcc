package gitsync

import (
	"context"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
)

// withComing is o for a release whose files the host does not have yet: a deploy sends
// them before it plans, and a plan that is only shown does not. So the clone says
// what they are. It can't where the release is made of several commits' files.
func (o observation) withComing(ctx context.Context, repo Repository, d deploy.Desired, has []git.Entry) (observation, error) {
	if o.want != "" || repo == nil || len(d.Sync) != 1 || d.Sync[0].Tree == "" {
		return o, nil
	}
	coming, err := repo.Entries(ctx, d.Sync[0].Tree)
	if err != nil {
		return o, err
	}
	o.want = d.Sync[0].Tree
	if len(has) > 0 {
		o.changed = treeChanges(has, coming)
	}
	return o, nil
}
