package terraform

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"git.example/slipway/pipelines/deploy"
)

// Verify proves d:
//
//   - the tag map has the release's tags, or others of the same images, unless it
//     is left alone
//   - in the registry, they lead to the released digests
//   - the verifier, or the output of slipway.yaml, says that these run; without
//     either, Terraform has nothing left to change
func (t *Target) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	m, err := t.readMap()
	if err != nil {
		return deploy.Proof{}, err
	}
	digests, err := t.digests(ctx, d)
	if err != nil {
		return deploy.Proof{}, err
	}
	tags, err := t.wanted(ctx, d, m.entries)
	if err != nil {
		return deploy.Proof{}, err
	}
	proof := deploy.Proof{Drift: t.mapDrift(tags, m)}
	verifier := t.Verifier
	switch {
	case len(d.Images) == 0: // nothing that any release knows of
		verifier = t.unchanged(m, tags, nil)
	case verifier == nil && t.Config.Verify != nil:
		verifier = t.outputVerifier
	case verifier == nil:
		verifier = t.unchanged(m, tags, digests)
	}
	running, drift, err := verifier(ctx, d)
	proof.Running, proof.Drift = running, append(proof.Drift, drift...)
	return proof, err
}

func (t *Target) mapDrift(tags map[string]string, m *tagMap) []deploy.Drift {
	if t.NoTfvars {
		return nil
	}
	var drift []deploy.Drift
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if got := m.entries[key]; got != tags[key] {
			drift = append(drift, deploy.Drift{Subject: t.shown() + " " + key, Kind: deploy.DriftConfig, Want: tags[key], Got: got})
		}
	}
	return drift
}

// unchanged proves that Terraform has applied the tags and has nothing left to
// change. It does not look at what runs.
func (t *Target) unchanged(m *tagMap, tags, digests map[string]string) Verifier {
	return func(ctx context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error) {
		p, err := t.program(ctx, io.Discard)
		if err != nil {
			return nil, nil, err
		}
		plan, err := t.makePlan(ctx, p, m, tags, io.Discard)
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
				Subject: name, ID: t.variable() + "." + t.key(name), Image: digests[name],
				State: "applied, nothing left to change",
			})
		}
		return running, drift, plan.remove()
	}
}

// outputVerifier compares an output, which names what runs by image or key, with
// the release.
func (t *Target) outputVerifier(ctx context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error) {
	p, err := t.program(ctx, io.Discard)
	if err != nil {
		return nil, nil, err
	}
	named, err := t.readOutput(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	var running []deploy.Running
	var drift []deploy.Drift
	for _, name := range slices.Sorted(maps.Keys(d.Images)) {
		got, ok := named[name]
		if !ok {
			got, ok = named[t.key(name)]
		}
		_, digest, byDigest := strings.Cut(got, "@")
		if !byDigest {
			digest = got
		}
		if ok {
			running = append(running, deploy.Running{Subject: name, ID: "output." + t.Config.Verify.Output, Image: digest, State: "in the output"})
		}
		want := strings.Join(d.Images[name].Accepted, " or ")
		switch {
		case !ok:
			drift = append(drift, deploy.Drift{Subject: name, Kind: deploy.DriftMissing, Want: want})
		case !slices.Contains(d.Images[name].Accepted, digest):
			drift = append(drift, deploy.Drift{Subject: name, Kind: deploy.DriftImage, Want: want, Got: got})
		}
	}
	return running, drift, nil
}

// readOutput is the output that slipway.yaml names.
func (t *Target) readOutput(ctx context.Context, p *program) (map[string]string, error) {
	name := t.Config.Verify.Output
	out, err := p.json(ctx, "output", "-json", "-no-color")
	if err != nil {
		return nil, err
	}
	var outputs map[string]tfjson.StateOutput
	if err := json.Unmarshal(out, &outputs); err != nil {
		return nil, fmt.Errorf("reading Terraform's outputs: %w", err)
	}
	output, ok := outputs[name]
	if !ok {
		return nil, fmt.Errorf("verify: there is no output %q, just %s: correct verify.output in slipway.yaml",
			name, strings.Join(slices.Sorted(maps.Keys(outputs)), ", "))
	}
	values, ok := output.Value.(map[string]any)
	named := map[string]string{}
	for key, value := range values {
		if named[key], ok = value.(string); !ok {
			break
		}
	}
	if !ok {
		return nil, fmt.Errorf("verify: output %q is no map of images to digests: want { api = \"sha256:…\" } or references by digest", name)
	}
	return named, nil
}
