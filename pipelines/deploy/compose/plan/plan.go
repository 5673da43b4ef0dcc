// Package plan compares a stack, as it was observed, with a release, and says
// what has to be done. It is pure: no clock, no host. Make is the whole of it;
// each other file decides one thing.
package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/kept"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// Settings are what a plan has to know of its target.
type Settings struct {
	// Target is its name.
	Target string
	// On is the machine, for messages.
	On string
	// Dir is the stack's directory.
	Dir    string
	Config config.ComposeTarget
	Steps  Steps
}

// Make plans d. A service whose image and configuration are the same is left
// alone. The plan's Actions are Actions.
func Make(s Settings, d deploy.Desired, o observe.Observation, adopts bool) (deploy.Plan, error) {
	p := newPlanner(s, d, o)
	if adopts && s.Steps != StepsAfter {
		p.draft.change(deploy.Change{Kind: deploy.AdoptStack, Subject: o.Model.Name, Note: "it runs already; a deploy that fails goes back to it"})
	}
	if err := p.all(); err != nil {
		return deploy.Plan{}, err
	}
	plan := p.draft.plan
	var err error
	plan.Actions, err = json.Marshal(p.draft.actions)
	return plan, err
}

// planner has the parts of a plan made in their order.
type planner struct {
	settings   Settings
	desired    deploy.Desired
	seen       observe.Observation
	draft      *draft
	proxy      *proxySwitch
	handover   *handover
	dependents dependents
	services   *services
	steps      steps
	removal    removal
	files      files
	resources  resources
}

func newPlanner(s Settings, d deploy.Desired, o observe.Observation) *planner {
	written := &draft{
		plan:    deploy.Plan{Target: s.Target, Tag: d.Release.Tag, Pins: pins(o)},
		actions: Actions{Project: o.Model.Name, Pins: o.Model.Pins, Keep: kept.Staying(o.Kept)},
		decided: map[string]bool{},
	}
	p := &planner{settings: s, desired: d, seen: o, draft: written}
	p.proxy = &proxySwitch{config: s.Config.Switch, seen: o, draft: written}
	p.handover = &handover{strategy: s.Config.Strategy, seen: o, draft: written, proxy: p.proxy}
	p.dependents = dependents{seen: o, draft: written, proxy: p.proxy, handover: p.handover}
	p.files = files{on: s.On, seen: o, draft: written}
	p.services = &services{strategy: s.Config.Strategy, seen: o, draft: written, dependents: p.dependents, files: p.files, handover: p.handover}
	p.steps = steps{desired: d, seen: o, draft: written, handover: p.handover, services: p.services}
	p.removal = removal{seen: o, draft: written, proxy: p.proxy}
	p.resources = resources{seen: o, draft: written}
	return p
}

func (p *planner) all() error {
	if p.settings.Steps == StepsAfter {
		return p.onlyAfter()
	}
	if !p.seen.Env.Matches(p.desired) {
		p.draft.actions.Env = true
		for _, c := range p.seen.Env.Changes(p.desired) {
			p.draft.change(c)
		}
	}
	if p.seen.Model.Project == nil {
		p.removal.remove(p.seen.State.Services, "")
		p.resources.destroy()
		return nil
	}
	if err := p.files.plan(p.desired.Returning); err != nil {
		return err
	}
	order := p.seen.Model.Order()
	p.draft.actions.Services = order
	if err := p.refuse(order); err != nil {
		return err
	}
	if inTheWay := servicesInTheWay(p.seen, order); len(inTheWay) > 0 {
		p.removal.remove(inTheWay, "its host port is needed")
	}
	begin := len(p.draft.plan.Changes)
	if p.settings.Steps.before() {
		if err := p.steps.run("before", p.settings.Config.Before, order); err != nil {
			return err
		}
	}
	for _, service := range sequence(p.settings.Config.Strategy, p.seen, p.proxy, order) {
		p.services.decide(service)
	}
	p.handover.handOver()
	p.services.decideWaiting()
	p.handover.handOver()
	p.proxy.makeGood(p.handover.stopping)
	p.dependents.noteAddresses(order)
	p.noteProfiles()
	p.noteKept(order)
	p.removal.remove(p.removal.dropped(), "")
	return p.after(begin)
}

// after plans the steps after, unless they are another target's or nobody's here, and
// says what all of it makes on the host.
func (p *planner) after(begin int) error {
	var later []config.Step
	switch p.settings.Steps {
	case StepsBefore:
		later = p.settings.Config.After
	case StepsAll:
		if err := p.steps.run("after", p.settings.Config.After, nil); err != nil {
			return err
		}
	}
	p.resources.create(begin, later)
	return nil
}

// refuse is the error for a release that can't run here.
func (p *planner) refuse(order []string) error {
	if err := refuseScale(p.desired, p.seen, order); err != nil {
		return err
	}
	if err := refuseMissing(p.settings, p.desired, p.seen, p.draft); err != nil {
		return err
	}
	if err := p.proxy.prepare(p.settings.Dir, p.desired, order); err != nil {
		return err
	}
	if err := refuseReferences(p.desired, p.seen, order); err != nil {
		return err
	}
	if err := refuseNotOurs(p.settings, p.desired, p.seen); err != nil {
		return err
	}
	return refusePorts(p.seen, order)
}

// noteProfiles says that profiles are in a file where compose does not look.
func (p *planner) noteProfiles() {
	if _, set := p.desired.Env[consts.ComposeProfiles]; set && p.seen.Env.Name != envfile.DotEnv {
		p.draft.note("%s is in %s, and compose reads it in %s alone: it activates nothing", consts.ComposeProfiles, p.seen.Env.Name, envfile.DotEnv)
	}
}

// onlyAfter plans the steps after a deploy, which another target of the same
// stack has made.
func (p *planner) onlyAfter() error {
	p.draft.actions.StepsOnly = true
	if p.seen.Model.Project == nil {
		return nil
	}
	if err := p.files.asTheyAre(); err != nil {
		return err
	}
	return p.steps.run("after", p.settings.Config.After, nil)
}

// pins are what the plan saw of each service.
func pins(o observe.Observation) []deploy.Pin {
	var pins []deploy.Pin
	for _, service := range o.Services() {
		var seen []string
		for _, c := range o.Containers[service] {
			seen = append(seen, fmt.Sprintf("%.12s %.19s %.12s", c.ID, strings.TrimPrefix(c.Digest(), "sha256:"), c.ConfigHash()))
		}
		slices.Sort(seen)
		pins = append(pins, deploy.Pin{Subject: service, Value: strings.Join(seen, ", ")})
	}
	return pins
}
