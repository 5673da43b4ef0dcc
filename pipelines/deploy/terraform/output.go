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

// outputVerifier compares an output, which names what runs by image or key, with
// the release.
func (v prover) outputVerifier(ctx context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error) {
	p, err := v.launch(ctx, io.Discard)
	if err != nil {
		return nil, nil, err
	}
	named, err := readOutput(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	var running []deploy.Running
	var drift []deploy.Drift
	for _, name := range slices.Sorted(maps.Keys(d.Images)) {
		got, ok := named[name]
		if !ok {
			got, ok = named[v.module.key(name)]
		}
		_, digest, byDigest := strings.Cut(got, "@")
		if !byDigest {
			digest = got
		}
		if ok {
			running = append(running, deploy.Running{Subject: name, ID: "output." + v.module.config.Verify.Output, Image: digest, State: "in the output"})
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
func readOutput(ctx context.Context, p *program) (map[string]string, error) {
	name := p.module.config.Verify.Output
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
