// Package terraform deploys by moving image tags: it writes a release's tag into
// a map that Terraform (or OpenTofu) reads, plans, and applies.
//
// The code in the directory is the checkout's, not the release's: a root module
// is a tree with modules, a lock file and a backend, it changes on its own, and
// going back to an older release must not take infrastructure back with it. Only
// the tags come from the release; plans name the commit that the code is of.
//
// A plan file holds secrets, so none is kept. A plan keeps the hash of what it
// would change, sensitive values masked; applying it makes a fresh plan, refuses
// when that changes anything else, and applies exactly the fresh one.
package terraform

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"

	"git.example/slipway/pipelines/deploy"
)

// Target is a directory of Terraform code.
type Target struct {
	Options
	// ready is the program, once the directory was initialised by this process.
	ready *program
	// first are the map's entries as this process found them first; nil until then.
	first map[string]string
}

var _ deploy.Target = (*Target)(nil)

// New is the target that o describes.
func New(o Options) *Target {
	o.NoTfvars = o.NoTfvars || o.Config.NoTfvars
	return &Target{Options: o}
}

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.Options.Name }

// Pull does nothing: whatever runs the images pulls them.
func (t *Target) Pull(context.Context, deploy.Desired, io.Writer) error { return nil }

// Observe reads the tag map, looks where the release's tags lead, and lets
// Terraform plan. It writes nothing but what `init` makes in .terraform, and in a
// dry run not even that.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	m, err := t.module().readMap()
	if err != nil {
		return deploy.Observed{}, err
	}
	if t.first == nil {
		t.first = maps.Clone(m.entries)
	}
	return observer{t.Options, t.module(), t.tagger(), t.launch}.observe(ctx, d, m)
}

// Plan shows the tags that move and what Terraform changes then.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	return describe(t.Options, d, observed)
}

// Apply makes a fresh plan, refuses when it is not the one that p describes,
// writes the tag map, and applies exactly the fresh plan.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	var a actions
	if err := json.Unmarshal(p.Actions, &a); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.Name(), err)
	}
	return applier{t.Options, t.module(), t.tagger(), t.launch, s}.apply(ctx, d, a)
}

// Verify proves d:
//
//   - the tag map has the release's tags, or others of the same images, unless it
//     is left alone
//   - in the registry, they lead to the released digests
//   - the verifier, or the output of slipway.yaml, says that these run; without
//     either, Terraform has nothing left to change
func (t *Target) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	return prover{t.Options, t.module(), t.tagger(), t.launch}.prove(ctx, d)
}

// WriteBootstrap writes a tag map with the bootstrap tag for each of the project's
// images, and says where; nothing when there is a map.
func (t *Target) WriteBootstrap(ctx context.Context) (string, error) {
	m := t.module()
	found, err := m.readMap()
	if err != nil || found.data != nil {
		return "", err
	}
	content, err := found.with(t.tagger().tags(deploy.Desired{}, nil))
	if err != nil {
		return "", err
	}
	if err := (deploy.LocalHost{}).WriteFile(ctx, m.mapFile(), content, 0o644); err != nil {
		return "", fmt.Errorf("writing tag map %q: %w", m.shown(), err)
	}
	return m.shown(), nil
}

// launch finds the program and initialises the directory, once.
func (t *Target) launch(ctx context.Context, log io.Writer) (*program, error) {
	if t.Dry {
		return t.launchDry(ctx, log)
	}
	if t.ready != nil {
		return t.ready, nil
	}
	p, err := t.findProgram(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.initialise(ctx, t.Ephemeral, log); err != nil {
		return nil, err
	}
	t.ready = p
	return p, nil
}

func (t *Target) tagger() tagger { return tagger{t.Options, t.module(), t.first} }
