package rollout

import (
	"context"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// desiredOf is what a deploy wanted of each target, with the revisions that it was
// proven with: those are in its entry, for they are made after the snapshot.
func desiredOf(ctx context.Context, j *journal.Journal, e journal.Entry) (map[string]deploy.Desired, error) {
	desired, err := j.Desired(ctx, e.ID)
	for name, d := range desired {
		d.Revisions, d.RevisionSecrets = e.Revisions[name], d.PinnedSecrets
		desired[name] = d
	}
	return desired, err
}

// keptRevisions are those of targets that stay as the live deploy has them.
func (a *attempt) keptRevisions(prior map[string]deploy.Desired) map[string]map[string]string {
	if a.live == nil {
		return nil
	}
	var kept map[string]map[string]string
	for name, revisions := range a.live.Revisions {
		if _, stays := prior[name]; !stays || a.changes(name) {
			continue
		}
		if kept == nil {
			kept = map[string]map[string]string{}
		}
		kept[name] = revisions
	}
	return kept
}

// changes says that the deploy is for a target.
func (a *attempt) changes(target string) bool {
	for _, item := range a.Targets {
		if item.Target.Name() == target {
			return true
		}
	}
	return false
}
