package rollout

import (
	"context"
	"errors"
	"fmt"

	"git.example/slipway/pipelines/deploy"
)

// Verify compares what runs with the live release and gives the proofs by
// target. Nothing of d's Desired is used, nothing is changed, no lock is taken.
func Verify(ctx context.Context, d Deployment) (map[string]deploy.Proof, error) {
	live, err := d.Journal.Live(ctx)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return nil, errors.New("verifying: nothing was deployed here yet")
	}
	desired, err := d.Journal.Desired(ctx, live.ID)
	if err != nil {
		return nil, err
	}
	proofs := map[string]deploy.Proof{}
	for _, item := range d.Targets {
		name := item.Target.Name()
		want, ok := desired[name]
		if !ok {
			return nil, fmt.Errorf("verifying target %q: %s, which is live, has no such target; publish this commit and deploy it", name, live.Tag)
		}
		proof, err := item.Target.Verify(ctx, want)
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
