package deploytest

import (
	"slices"
	"testing"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
)

// Rollback goes back to the release tagged to, or to the one before.
func Rollback(t testing.TB, d rollout.Deployment, to string) (rollout.Result, error) {
	t.Helper()
	entry, desired, err := rollout.Earlier(t.Context(), d.Journal, to)
	if err != nil {
		return rollout.Result{}, err
	}
	return rollout.Rollback(t.Context(), d, entry, desired)
}

// Verify compares what runs with what is live.
func Verify(t testing.TB, d rollout.Deployment) (map[string]deploy.Proof, error) {
	t.Helper()
	live, desired, err := rollout.Live(t.Context(), d.Journal)
	if err != nil {
		return nil, err
	}
	var targets []deploy.Target
	for _, item := range d.Targets {
		targets = append(targets, item.Target)
	}
	return rollout.Verify(t.Context(), live, desired, targets)
}

// Outcomes are a journal's history, oldest first, as "tag outcome".
func Outcomes(t testing.TB, j *journal.Journal) []string {
	t.Helper()
	history, err := j.History(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range slices.Backward(history) {
		all = append(all, e.Tag+" "+string(e.Outcome))
	}
	return all
}
