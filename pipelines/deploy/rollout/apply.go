package rollout

import (
	"cmp"
	"context"
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// applyAll changes one target after the other. The number of targets that were
// started is right also when it fails.
func (a *attempt) applyAll(ctx context.Context) (map[string]deploy.Proof, int, error) {
	if err := a.down(ctx); err != nil {
		return nil, 0, err
	}
	proofs := map[string]deploy.Proof{}
	for i, item := range a.Targets {
		name := item.Target.Name()
		if err := a.apply(ctx, &item, a.plans[i], "apply "+name); err != nil {
			return nil, i + 1, fmt.Errorf("target %q: %w", name, err)
		}
		proof, err := a.verify(ctx, item)
		if err != nil {
			return nil, i + 1, fmt.Errorf("target %q: %w", name, err)
		}
		proofs[name] = proof
		a.proven(name, proof.Revisions)
	}
	return proofs, len(a.Targets), nil
}

// proven notes what a target's services were proven to run.
func (a *attempt) proven(target string, revisions map[string]string) {
	if len(revisions) == 0 {
		return
	}
	if a.entry.Revisions == nil {
		a.entry.Revisions = map[string]map[string]string{}
	}
	a.entry.Revisions[target] = revisions
}

// apply makes the plan true; item then has the revisions that were made for it.
func (a *attempt) apply(ctx context.Context, item *Item, plan deploy.Plan, name string) error {
	return report.Run(ctx, a.reporter(), name, func(t *report.Task) error {
		if plan.Empty() {
			t.Reused("nothing to do")
			return nil
		}
		var made map[string]string
		err := item.Target.Apply(ctx, item.Desired, plan, deploy.Session{
			Log: t, Fence: a.lease.Fence, Registered: func(revisions map[string]string) { made = revisions },
		})
		if made != nil {
			item.Desired.Revisions, item.Desired.RevisionSecrets = made, item.Desired.PinnedSecrets
		}
		return err
	})
}

func (a *attempt) verify(ctx context.Context, item Item) (deploy.Proof, error) {
	var proof deploy.Proof
	err := report.Run(ctx, a.reporter(), "verify "+item.Target.Name(), func(t *report.Task) (err error) {
		if proof, err = item.Target.Verify(ctx, item.Desired); err != nil {
			return err
		}
		if unmended := proof.Unmended(); len(unmended) > 0 {
			return &deploy.Unproven{Drift: unmended}
		}
		if len(proof.Running) > 0 {
			t.Detail(report.Count(len(proof.Running), cmp.Or(proof.Unit, "container")) + " as released")
		}
		return nil
	})
	return proof, err
}
