package fleet

import (
	"cmp"
	"context"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// Verify looks at every host. One that can't be looked at is drift, so that it
// does not hide what the others run.
func (t *Target) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	proofs := make([]deploy.Proof, len(t.Members))
	t.atOnce(len(t.Members), func(i int) { proofs[i] = t.verify(ctx, d, t.Members[i]) })
	if err := context.Cause(ctx); err != nil {
		return deploy.Proof{}, err
	}
	var all deploy.Proof
	for _, proof := range proofs {
		all.Unit = cmp.Or(all.Unit, proof.Unit)
		all.Running = append(all.Running, proof.Running...)
		all.Drift = append(all.Drift, proof.Drift...)
	}
	return all, nil
}

func (t *Target) verify(ctx context.Context, d deploy.Desired, m Member) deploy.Proof {
	proof, err := m.Target.Verify(ctx, of(d, m.Host))
	if err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		return deploy.Proof{Drift: []deploy.Drift{{Host: m.Host, Subject: "host", Kind: deploy.DriftState, Want: "reachable", Got: "unreachable: " + reason}}}
	}
	proof.Running = named(m.Host, proof.Running)
	for i := range proof.Drift {
		proof.Drift[i].Host = m.Host
	}
	return proof
}
