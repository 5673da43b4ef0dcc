package terraform

import (
	"context"
	"io"
	"maps"
	"slices"

	"git.example/slipway/pipelines/deploy"
)

// prover proves that a release is applied.
type prover struct {
	options Options
	module  module
	tags    tagger
	launch  launch
}

// prove proves d as Target.Verify says.
func (v prover) prove(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	m, err := v.module.readMap()
	if err != nil {
		return deploy.Proof{}, err
	}
	digests, err := v.tags.digests(ctx, d)
	if err != nil {
		return deploy.Proof{}, err
	}
	tags, err := v.tags.wanted(ctx, d, m.entries)
	if err != nil {
		return deploy.Proof{}, err
	}
	proof := deploy.Proof{Drift: v.mapDrift(tags, m)}
	verifier := v.options.Verifier
	switch {
	case len(d.Images) == 0: // nothing that any release knows of
		verifier = v.unchanged(m, tags, nil)
	case verifier == nil && v.module.config.Verify != nil:
		verifier = v.outputVerifier
	case verifier == nil:
		verifier = v.unchanged(m, tags, digests)
	}
	running, drift, err := verifier(ctx, d)
	proof.Running, proof.Drift = running, append(proof.Drift, drift...)
	return proof, err
}

// mapDrift is how the tag map differs from tags.
func (v prover) mapDrift(tags map[string]string, m *tagMap) []deploy.Drift {
	if v.options.NoTfvars {
		return nil
	}
	var drift []deploy.Drift
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if got := m.entries[key]; got != tags[key] {
			drift = append(drift, deploy.Drift{Subject: v.module.shown() + " " + key, Kind: deploy.DriftConfig, Want: tags[key], Got: got})
		}
	}
	return drift
}

// unchanged proves that Terraform has applied the tags and has nothing left to
// change. It does not look at what runs.
func (v prover) unchanged(m *tagMap, tags, digests map[string]string) Verifier {
	return func(ctx context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error) {
		p, err := v.launch(ctx, io.Discard)
		if err != nil {
			return nil, nil, err
		}
		plan, err := p.makePlan(ctx, m, tags, io.Discard)
		if err != nil {
			return nil, nil, err
		}
		var drift []deploy.Drift
		for _, c := range plan.changes {
			drift = append(drift, deploy.Drift{Subject: c.Address, Kind: deploy.DriftConfig, Want: "nothing left to change", Got: string(c.shown.Kind)})
		}
		var running []deploy.Running
		for _, name := range slices.Sorted(maps.Keys(d.Images)) {
			running = append(running, deploy.Running{
				Subject: name, ID: v.module.variable() + "." + v.module.key(name), Image: digests[name],
				State: "applied, nothing left to change",
			})
		}
		return running, drift, plan.remove()
	}
}
