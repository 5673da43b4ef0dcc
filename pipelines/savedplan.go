package pipelines

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/workspace"
)

// savedPlanVersion is the form of saved plans that this version writes and reads.
const savedPlanVersion = 1

// SavedPlan is a plan that is kept for its deploy, pinned to what it saw: the
// deploy does exactly that, or nothing. It holds no secrets.
type SavedPlan struct {
	Version     int       `json:"version"`
	Project     string    `json:"project"`
	Environment string    `json:"environment"`
	Tag         string    `json:"tag"`
	Created     time.Time `json:"created"`
	// Only are the targets that were planned; all when empty.
	Only []string `json:"only,omitempty"`
	// AllowDiverged, Direct and NoTfvars are as in PlanOptions.
	AllowDiverged bool `json:"allowDiverged,omitempty"`
	Direct        bool `json:"direct,omitempty"`
	NoTfvars      bool `json:"noTfvars,omitempty"`
	// Record is the digest of the release record; empty in plans from before it was
	// pinned.
	Record string `json:"record,omitempty"`
	// Digests of the release's images, by name.
	Digests map[string]string `json:"digests"`
	Targets []deploy.Plan     `json:"targets"`
}

// Save is what Plan gave for these options, as a file for DeployOptions.Plan. A plan of a release that
// does not exist yet can't be saved.
func (p *Project) Save(ctx context.Context, planned Planned, o PlanOptions) ([]byte, error) {
	if !planned.Published {
		return nil, workspace.Usage("saving the plan: %s has no release yet, so there is nothing to pin; run `slipway publish` first", p.workspace.Tree())
	}
	environment, err := p.workspace.Environment(planned.Environment)
	if err != nil {
		return nil, err
	}
	from, err := p.registries.Destination(ctx, environment.Value.Registry)
	if err != nil {
		return nil, err
	}
	found, err := p.registries.Find(ctx, from, planned.Tag)
	if err != nil {
		return nil, err
	}
	if found.Digest != planned.Record {
		return nil, recordMoved("saving the plan", planned.Tag, planned.Record, found.Digest)
	}
	data, err := json.MarshalIndent(SavedPlan{
		Version: savedPlanVersion, Project: p.Config.Project, Environment: planned.Environment, Tag: planned.Tag,
		Created: time.Now().UTC().Truncate(time.Second), Only: o.Only, AllowDiverged: o.AllowDiverged, Direct: o.Direct, NoTfvars: o.NoTfvars,
		Record: found.Digest, Digests: digests(found.Record), Targets: planned.Targets,
	}, "", "  ")
	return append(data, '\n'), err
}

// ReadSavedPlan reads what Save has made; name is for messages.
func ReadSavedPlan(name string, data []byte) (*SavedPlan, error) {
	var s SavedPlan
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, workspace.Usage("reading the plan %q: %v; make one with `slipway plan --out %s`", name, err, name)
	}
	if s.Version > savedPlanVersion {
		return nil, fmt.Errorf("reading the plan %q: %w", name, &release.NewerFormat{Version: s.Version, Known: savedPlanVersion})
	}
	if s.Version != savedPlanVersion || s.Tag == "" || s.Environment == "" {
		return nil, workspace.Usage("reading the plan %q: it is no plan of slipway's; make one with `slipway plan --out %s`", name, name)
	}
	return &s, nil
}

// takePlan makes o the deploy of its saved plan, if it has one.
func (o *DeployOptions) takePlan(project string) error {
	s := o.Plan
	switch {
	case s == nil:
		return nil
	case s.Project != project:
		return workspace.Usage("the plan is for project %q, and this is project %q", s.Project, project)
	case o.Env != "" && o.Env != s.Environment:
		return workspace.Usage("the plan is for environment %q, not for %q", s.Environment, o.Env)
	case o.Tag != "" && o.Tag != s.Tag:
		return workspace.Usage("the plan is for release %q, not for %q", s.Tag, o.Tag)
	case len(o.Only) > 0 && !slices.Equal(o.Only, s.Only):
		return workspace.Usage("the plan says which targets it is for: leave --only out")
	}
	o.Env, o.Tag, o.Only = s.Environment, s.Tag, s.Only
	o.AllowDiverged, o.Direct, o.NoTfvars = o.AllowDiverged || s.AllowDiverged, o.Direct || s.Direct, o.NoTfvars || s.NoTfvars
	return nil
}

// recordMoved is the error of a release record that somebody has replaced.
func recordMoved(doing, tag, was, is string) error {
	return fmt.Errorf("%s: the record of release %q was %s, and is %s: somebody has replaced it; find out who may push there, and make a new plan", doing, tag, was, is)
}

// expect makes d refuse to do anything but the saved plan of a release.
func (s *SavedPlan) expect(d *rollout.Deployment, r published.Release) error {
	if s == nil {
		return nil
	}
	if s.Record != "" && s.Record != r.Digest {
		return recordMoved("applying a saved plan", s.Tag, s.Record, r.Digest)
	}
	if now := digests(r.Record); !maps.Equal(now, s.Digests) {
		return fmt.Errorf("applying a saved plan: release %q has other images now: they were %v, and are %v; make a new plan", s.Tag, s.Digests, now)
	}
	d.Expect = s.Targets
	return nil
}

// digests of a release's images, by name.
func digests(r release.Record) map[string]string {
	all := map[string]string{}
	for name, image := range r.Images {
		all[name] = image.Digest
	}
	return all
}
