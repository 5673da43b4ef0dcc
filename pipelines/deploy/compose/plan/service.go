package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/observe"
	"git.example/slipway/pipelines/report"
)

// services decides what becomes of each service of the release.
type services struct {
	strategy   config.Strategy
	seen       observe.Observation
	draft      *draft
	dependents dependents
	files      files
	handover   *handover
	// waiting are services that are decided when the old containers that they live
	// in are gone.
	waiting []string
}

// generations are a service's containers by what has to happen to them.
type generations struct {
	// current are as the release wants them; stale ones are not.
	current, stale []container.Container
}

func (p *services) generations(service string) generations {
	var g generations
	for _, c := range p.seen.Containers[service] {
		if p.seen.Current(c) {
			g.current = append(g.current, c)
		} else {
			g.stale = append(g.stale, c)
		}
	}
	// What is too many goes from the end: others may live in the first.
	slices.SortFunc(g.current, func(a, b container.Container) int { return cmp.Compare(a.Name, b.Name) })
	return g
}

// decide plans one service. It does so once.
func (p *services) decide(name string) {
	s := p.seen.Model.Project.Services[name]
	if p.draft.decided[name] || s.Name == "" || slices.Contains(p.waiting, name) {
		return
	}
	if p.dependents.awaits(name, p.waiting) {
		p.waiting = append(p.waiting, name)
		return
	}
	p.draft.decided[name] = true
	has := p.generations(name)
	want, ends := p.seen.Replicas(s), p.seen.Model.Ends(s)
	var good, bad []container.Container
	for _, c := range has.current {
		if c.AsWanted(ends) {
			good = append(good, c)
		} else {
			bad = append(bad, c)
		}
	}
	u := Up{Service: name, Scale: want, Want: want, Ends: ends}
	follows := cmp.Or(p.dependents.startAnew(s), p.files.stale(name))
	switch {
	case want == 0:
		p.stopSurplus(name, p.seen.Containers[name])
	case len(has.stale) == 0 && len(good) >= want && follows == "":
		p.draft.plan.Unchanged = append(p.draft.plan.Unchanged, name)
		p.stopSurplus(name, append(bad, good[want:]...))
	case len(has.stale) == 0 && len(has.current) == 0:
		p.change(deploy.Start, s, "")
		u.Beside = true
		p.handover.startBeside(u)
	case len(has.stale) == 0 && follows == "":
		p.change(deploy.Restart, s, whyRestart(bad, good))
		p.clear(s, &u, bad)
		u.Beside = true
		p.handover.start(u)
	default:
		p.replace(s, has, u, follows)
	}
}

// decideWaiting plans what had to wait, now that the old containers are gone.
func (p *services) decideWaiting() {
	waiting := p.waiting
	p.waiting = nil
	for _, name := range waiting {
		p.decide(name)
	}
}

// whyRestart says why containers are restarted.
func whyRestart(bad, good []container.Container) string {
	if len(bad) == 0 {
		return fmt.Sprintf("only %d of them run", len(good))
	}
	return bad[0].Status()
}

// replace plans the cut-over of a service whose image or configuration changed.
// New containers that an earlier run has started already are used. follows is
// why it starts anew, whatever it runs.
func (p *services) replace(s types.ServiceConfig, has generations, u Up, follows string) {
	fresh, running := 0, 0
	var unwanted []container.Container
	for _, c := range has.current {
		if c.AsWanted(u.Ends) {
			fresh++
			running++
		} else {
			unwanted = append(unwanted, c)
		}
	}
	for _, c := range has.stale {
		if c.Running() {
			running++
			u.Old = append(u.Old, c.ID)
		} else {
			unwanted = append(unwanted, c)
		}
	}
	p.clear(s, &u, unwanted)
	missing := u.Want - fresh
	recreate := whyRecreate(p.strategy, p.seen, s)
	switch {
	case follows != "" && len(has.stale) == 0:
		p.change(deploy.Restart, s, follows)
	case follows != "" || missing > 0 && recreate != "":
		p.change(deploy.Recreate, s, cmp.Or(follows, recreate))
	default:
		u.Beside, u.Skip, u.Scale = true, missing <= 0, running+max(missing, 0)
		p.change(deploy.Replace, s, "")
		p.handover.startBeside(u)
		return
	}
	p.handover.start(Up{Service: s.Name, Scale: u.Want, Want: u.Want, Ends: u.Ends, Force: follows != ""})
}

// clear has u remove containers that do not run as wanted. Their anonymous volumes
// go with those of a release whose service starts beside the old one, where every
// container has its own; what starts in their place may have its data there.
func (p *services) clear(s types.ServiceConfig, u *Up, containers []container.Container) {
	if len(containers) == 0 {
		return
	}
	u.Clear = container.IDs(containers)
	if whyRecreate(p.strategy, p.seen, s) == "" {
		u.ClearVolumes = container.IDs(container.Released(containers))
	}
}

// stopSurplus stops containers that the service has too many.
func (p *services) stopSurplus(name string, containers []container.Container) {
	if len(containers) == 0 {
		return
	}
	has := len(p.seen.Containers[name])
	p.draft.change(deploy.Change{Kind: deploy.Stop, Subject: name, Before: report.Count(has, "container"), After: report.Count(has-len(containers), "container")})
	p.handover.retire(name, containers)
}

func (p *services) change(kind deploy.Kind, s types.ServiceConfig, note string) {
	c := deploy.Change{Kind: kind, Subject: s.Name, Before: container.DescribeImages(p.seen.Containers[s.Name]), After: container.ShortReference(s.Image), Note: note}
	if c.Before == c.After {
		c.Note = strings.TrimPrefix(note+", its configuration changed", ", ")
		if kind == deploy.Restart {
			c.Note = note
		}
	}
	p.draft.change(c)
}
