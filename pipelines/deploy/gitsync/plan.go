package gitsync

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
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

// Plan compares the directory with the release.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", t.Name())
	}
	p := deploy.Plan{Target: t.Name(), Tag: d.Release.Tag, Pins: []deploy.Pin{{Subject: t.Dir, Value: o.fingerprint()}}}
	a := actions{Want: o.want, Adopt: o.adopt}
	if len(d.Sync) == 0 {
		t.planNothing(o, &p, &a)
	} else {
		t.planTree(d, o, &p, &a)
	}
	var err error
	p.Actions, err = json.Marshal(a)
	return p, err
}

// planNothing goes back to before the first release: to what was adopted, or
// to no link.
func (t *Target) planNothing(o observation, p *deploy.Plan, a *actions) {
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
	p.Changes = append(p.Changes, deploy.Change{Kind: deploy.Remove, Subject: t.Dir, Before: o.text()})
}

func (t *Target) planTree(d deploy.Desired, o observation, p *deploy.Plan, a *actions) {
	why := ""
	a.InPlace, why = t.inPlace(o)
	if o.adopt != "" {
		note := "what is there now is kept; a deploy that fails goes back to it"
		p.Changes = append(p.Changes, deploy.Change{Kind: deploy.AdoptStack, Subject: t.Dir, Note: note})
	}
	t.notes(o, p, *a)
	kind, how := deploy.Replace, "switched by a link, all at once"
	if a.InPlace {
		how = "changed file by file, in place, because " + why
	}
	if o.kind == "missing" {
		kind = deploy.Start
	}
	settled := o.ours && o.want != "" && len(o.differs) == 0 && o.state.InPlace == a.InPlace && (a.InPlace || o.linked)
	if settled && o.state.Tree == o.want {
		p.Unchanged = append(p.Unchanged, t.Dir)
		return
	}
	if o.changed > 0 {
		how = report.Count(o.changed, "file") + " differ, " + how
	}
	p.Changes = append(p.Changes, deploy.Change{Kind: kind, Subject: t.Dir, Before: o.text(), After: layersText(d.Sync), Note: how})
}

// inPlace says whether files are changed one by one, and why.
func (t *Target) inPlace(o observation) (bool, string) {
	switch t.switches() {
	case config.SwitchLink:
		return false, ""
	case config.SwitchInPlace:
		return true, "switch: in-place says so"
	}
	for _, m := range o.mounts {
		if m.sees {
			return true, fmt.Sprintf("container %q mounts %s itself and would not see a link switch", m.container, m.source)
		}
		if !m.whole {
			return true, fmt.Sprintf("container %q mounts %s without %s, where a link would lead", m.container, m.source, t.State)
		}
	}
	switch {
	case o.kind == "directory" && o.ours:
		return true, "it was so before; switch: link changes that"
	case o.own:
		return true, "it is a mount point, which can't be renamed"
	}
	return false, ""
}

// notes are what to know before agreeing.
func (t *Target) notes(o observation, p *deploy.Plan, a actions) {
	if o.unseen != "" {
		p.Notes = append(p.Notes, fmt.Sprintf("docker could not be asked which containers mount %s (%s); if one does, say switch: in-place", t.Dir, firstLine(o.unseen)))
	}
	edited := o.edited
	if o.state.Tree == o.want {
		edited = o.differs
	}
	if !o.ours || len(edited) == 0 {
		return
	}
	p.Notes = append(p.Notes, fmt.Sprintf("%s edited by hand since the last deploy: %s", report.Count(len(edited), "path"), some(edited)))
	if !a.InPlace {
		p.Notes = append(p.Notes, "the edited directory stays beside the new one until it is pruned")
	} else {
		p.Notes = append(p.Notes, "files that no release has are moved to "+t.State+"/aside")
	}
}

// text is what is there, for people.
func (o observation) text() string {
	switch {
	case o.kind == "missing":
		return ""
	case !o.ours && o.adopt == "":
		return "an empty directory"
	case !o.ours:
		return "what is there now"
	case o.state.Commit == "":
		return "what was there before"
	}
	return "commit " + short(o.state.Commit)
}

// fingerprint changes with everything that the plan depends on.
func (o observation) fingerprint() string {
	return fmt.Sprintf("%s %s %d edited", o.kind, short(o.state.Tree+o.adopt), len(o.edited)+len(o.differs))
}

// layersText reads as "commit 1234567, and a.py of commit 89abcde".
func layersText(layers []deploy.Layer) string {
	text := layerText(layers[0])
	for _, l := range layers[1:] {
		text += fmt.Sprintf(", and %s of %s", strings.Join(l.Paths, ", "), layerText(l))
	}
	return text
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
