package gitsync

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// actions are a plan's private part.
type actions struct {
	// Remove takes the link away, and nothing else.
	Remove bool `json:"remove,omitempty"`
	// InPlace changes files one by one; else a link is switched.
	InPlace bool `json:"inPlace,omitempty"`
	// Adopt is the tree of what is there and is kept to go back to.
	Adopt string `json:"adopt,omitempty"`
	// Want is the tree.
	Want string `json:"want"`
}

// planner compares the directory with the release.
type planner struct {
	options Options
	seen    observation
	plan    deploy.Plan
	actions actions
}

// makePlan plans as Target.Plan says.
func makePlan(options Options, d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", options.Name)
	}
	p := &planner{
		options: options, seen: o, actions: actions{Want: o.want, Adopt: o.adopt},
		plan: deploy.Plan{Target: options.Name, Tag: d.Release.Tag, Pins: []deploy.Pin{{Subject: options.Dir, Value: o.fingerprint()}}},
	}
	if len(d.Sync) == 0 {
		p.nothing()
	} else {
		p.tree(d)
	}
	var err error
	p.plan.Actions, err = json.Marshal(p.actions)
	return p.plan, err
}

// nothing goes back to before the first release: to what was adopted, or
// to no link.
func (p *planner) nothing() {
	o, a := p.seen, &p.actions
	switch {
	case !o.ours:
		return
	case o.before != "":
		a.Want, a.InPlace = o.before, o.state.InPlace
	case o.state.InPlace:
		a.Want, a.InPlace = "", true
		a.Remove = true
	default:
		a.Remove = true
	}
	p.plan.Changes = append(p.plan.Changes, deploy.Change{Kind: deploy.Remove, Subject: p.options.Dir, Before: o.text()})
}

// tree goes to the tree that the release makes.
func (p *planner) tree(d deploy.Desired) {
	o, a := p.seen, &p.actions
	why := ""
	a.InPlace, why = changesInPlace(p.options, o)
	if o.adopt != "" {
		note := "what is there now is kept; a deploy that fails goes back to it"
		p.plan.Changes = append(p.plan.Changes, deploy.Change{Kind: deploy.AdoptStack, Subject: p.options.Dir, Note: note})
	}
	p.notes()
	kind, how := deploy.Replace, "switched by a link, all at once"
	if o.silent && o.state.Tree == o.want {
		a.InPlace = o.state.InPlace // nothing is switched, so it does not matter
	}
	if a.InPlace {
		how = "changed file by file, in place, because " + why
	}
	if o.kind == "missing" {
		kind = deploy.Start
	}
	settled := o.ours && o.want != "" && len(o.differs) == 0 && o.state.InPlace == a.InPlace && (a.InPlace || o.linked)
	if settled && o.state.Tree == o.want {
		p.plan.Unchanged = append(p.plan.Unchanged, p.options.Dir)
		return
	}
	if len(o.changed) > 0 {
		how = changedText(o.changed) + ", " + how
	}
	p.plan.Changes = append(p.plan.Changes, deploy.Change{Kind: kind, Subject: p.options.Dir, Before: o.text(), After: layersText(d.Sync), Note: how})
}

// notes are what to know before agreeing.
func (p *planner) notes() {
	o := p.seen
	switch {
	case o.silent:
		p.plan.Notes = append(p.plan.Notes, fmt.Sprintf("docker on the host does not answer (%s), so files are changed in place, which whoever reads %s sees; mend Docker there, or say switch: link if no container mounts it", firstLine(o.unseen), p.options.Dir))
	case o.unseen != "":
		p.plan.Notes = append(p.plan.Notes, fmt.Sprintf("docker could not be asked which containers mount %s (%s); if one does, say switch: in-place", p.options.Dir, firstLine(o.unseen)))
	}
	edited := o.byHand()
	if !o.ours || len(edited) == 0 {
		return
	}
	p.plan.Notes = append(p.plan.Notes, fmt.Sprintf("%s edited by hand since the last deploy: %s", report.Count(len(edited), "path"), some(edited)))
	if !p.actions.InPlace {
		p.plan.Notes = append(p.plan.Notes, "the edited directory stays beside the new one until it is pruned")
	} else {
		p.plan.Notes = append(p.plan.Notes, "files that no release has are moved to "+p.options.State+"/aside")
	}
}

// changedText reads as "2 files differ (M a.py, A b.py)".
func changedText(all []difference) string {
	verb := "differ"
	if len(all) == 1 {
		verb = "differs"
	}
	return fmt.Sprintf("%s %s (%s)", report.Count(len(all), "file"), verb, listed(all))
}

// some names the first paths.
func some(all []difference) string {
	const shown = 3
	var names []string
	for _, d := range all[:min(shown, len(all))] {
		names = append(names, d.path)
	}
	if len(all) > shown {
		names = append(names, "…")
	}
	return strings.Join(slices.Compact(names), ", ")
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return first
}
