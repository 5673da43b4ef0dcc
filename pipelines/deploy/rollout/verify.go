package rollout

import (
	"context"
	"errors"
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// Live is the live deploy, and what it wanted of each target.
func Live(ctx context.Context, j *journal.Journal) (journal.Entry, map[string]deploy.Desired, error) {
	live, err := j.Live(ctx)
	if err != nil {
		return journal.Entry{}, nil, err
	}
	if live == nil {
		return journal.Entry{}, nil, errors.New("verifying: nothing was deployed here yet")
	}
	desired, err := desiredOf(ctx, j, *live)
	return *live, desired, err
}

// Verify compares what runs with the live deploy and gives the proofs by
// target; live and desired come from Live. Nothing is changed, no lock is taken.
func Verify(ctx context.Context, live journal.Entry, desired map[string]deploy.Desired, targets []deploy.Target) (map[string]deploy.Proof, error) {
	proofs := map[string]deploy.Proof{}
	for _, target := range targets {
		name := target.Name()
		want, ok := desired[name]
		if !ok {
			return nil, fmt.Errorf("verifying target %q: %s, which is live, has no such target; publish this commit and deploy it", name, live.Tag)
		}
		proof, err := target.Verify(ctx, want)
		if err != nil {
			return nil, fmt.Errorf("verifying target %q: %w", name, err)
		}
		for i := range proof.Drift {
			proof.Drift[i].Target = name
		}
		proofs[name] = proof
	}
	return proofs, nil
}
