package terraform

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// actions are a plan's private part.
type actions struct {
	// Tags that the map gets, by key.
	Tags map[string]string `json:"tags"`
	// Map is the hash of the map's file that the plan saw.
	Map string `json:"map"`
	// Changes that Terraform planned.
	Changes []change `json:"changes"`
}

// describe is the plan that shows the tags that move and what Terraform changes
// then.
func describe(options Options, d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", options.Name)
	}
	m := options.module()
	p := deploy.Plan{Target: options.Name, Tag: d.Release.Tag, Notes: notes(options, d, o)}
	for _, key := range slices.Sorted(maps.Keys(o.tags)) {
		was, tag := o.was[key], o.tags[key]
		switch {
		case was == tag:
			p.Unchanged = append(p.Unchanged, m.variable()+"."+key)
		case !options.NoTfvars:
			p.Changes = append(p.Changes, deploy.Change{Kind: deploy.MoveTag, Subject: m.variable() + "." + key, Before: was, After: tag})
		}
	}
	for _, c := range o.changes {
		p.Changes = append(p.Changes, c.shown)
	}
	p.Pins = []deploy.Pin{
		{Subject: "Terraform's changes", Value: hashAll(o.changes)},
		{Subject: m.shown(), Value: o.hash},
		{Subject: options.Config.Dir, Value: o.code.String()},
	}
	var err error
	p.Actions, err = json.Marshal(actions{Tags: o.tags, Map: o.hash, Changes: o.changes})
	return p, err
}

// notes are what to read before agreeing: whose code it is, and what is lost.
func notes(options Options, d deploy.Desired, o observation) []string {
	notes := []string{fmt.Sprintf("%s plans with the code of this checkout, %s of %s; only the image tags come from the release", o.program, options.Config.Dir, o.code)}
	for _, c := range o.changes {
		switch c.shown.Kind {
		case deploy.Destroy:
			notes = append(notes, fmt.Sprintf("%s is destroyed", c.Address))
		case deploy.Replace:
			notes = append(notes, fmt.Sprintf("%s is replaced by a new one", c.Address))
		}
	}
	notes = append(notes, fromImages(o)...)
	if options.NoTfvars {
		notes = append(notes, fmt.Sprintf("%s is not written: an apply by hand would bring its own tags", options.module().shown()))
	}
	if options.Verifier == nil && options.Config.Verify == nil && len(d.Images) > 0 {
		notes = append(notes, "the proof will be that Terraform has nothing left to change and that the tags lead to the released digests; verify: in slipway.yaml looks at what runs")
	}
	return notes
}

// fromImages tells changes that come with the tags alone from those that Terraform
// would make without them.
func fromImages(o observation) []string {
	if o.anyway == nil || len(o.changes) == 0 {
		return nil
	}
	without := map[string]string{}
	for _, c := range o.anyway {
		without[c.Address] = c.Hash
	}
	var images, both, others []string
	for _, c := range o.changes {
		hash, anyway := without[c.Address]
		switch {
		case !anyway:
			images = append(images, c.Address)
		case hash != c.Hash:
			both = append(both, c.Address)
		default:
			others = append(others, c.Address)
		}
	}
	if len(both)+len(others) == 0 {
		return []string{"all changes come with the image tags alone"}
	}
	var lines []string
	if len(images) > 0 {
		lines = append(lines, "with the image tags alone come: "+strings.Join(images, ", "))
	}
	if len(others) > 0 {
		lines = append(lines, "not from the images, but from the code or from what was changed by hand, come: "+strings.Join(others, ", "))
	}
	if len(both) > 0 {
		lines = append(lines, "from both come: "+strings.Join(both, ", "))
	}
	return lines
}
