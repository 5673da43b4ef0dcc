package compose

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// Plan compares the stack with the release. A service whose image and
// configuration are the same is left alone.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", t.Name())
	}
	p := &planner{target: t, desired: d, observation: o}
	p.plan = deploy.Plan{Target: t.Name(), Tag: d.Release.Tag, Pins: o.pins()}
	p.actions = actions{Project: o.model.name, Pins: o.model.pins}
	if observed.Previous != nil && t.Steps != StepsAfter {
		p.change(deploy.Change{Kind: deploy.AdoptStack, Subject: o.model.name, Note: "it runs already; a deploy that fails goes back to it"})
	}
	if err := p.all(); err != nil {
		return deploy.Plan{}, err
	}
	var err error
	p.plan.Actions, err = json.Marshal(p.actions)
	return p.plan, err
}

// planner builds one plan.
type planner struct {
	target  *Target
	desired deploy.Desired
	observation
	plan    deploy.Plan
	actions actions
	planned map[string]bool
	handover
}

func (p *planner) change(c deploy.Change) { p.plan.Changes = append(p.plan.Changes, c) }
func (p *planner) do(a action)            { p.actions.Do = append(p.actions.Do, a) }

func (p *planner) all() error {
	p.planned = map[string]bool{}
	if p.target.Steps == StepsAfter {
		return p.afterOnly()
	}
	if !p.env.applied(p.desired) {
		p.actions.Env = true
		p.plan.Changes = append(p.plan.Changes, p.env.envChanges(p.desired, p.target.envName())...)
	}
	if p.model.project == nil {
		p.removeServices(p.state.Services)
		return nil
	}
	order := composefile.Order(p.model.project)
	p.actions.Services = order
	if err := p.checkScale(); err != nil {
		return err
	}
	if err := p.prepareSwitch(order); err != nil {
		return err
	}
	if err := p.refusePorts(order); err != nil {
		return err
	}
	p.removeInTheWay(order)
	if p.target.Steps.before() {
		if err := p.steps("before", p.target.Config.Before, order); err != nil {
			return err
		}
	}
	for _, service := range p.sequence(order) {
		p.service(service)
	}
	p.finish()
	p.noteAddresses(order)
	p.removeServices(p.gone())
	if !p.target.Steps.after() {
		return nil
	}
	return p.steps("after", p.target.Config.After, nil)
}

// steps plans one-off commands that this release has not run yet. What they
// depend on comes up first; services of ours that run already stay the old ones.
func (p *planner) steps(when string, steps []config.Step, order []string) error {
	if p.desired.Returning {
		return nil
	}
	for i, s := range steps {
		if _, ok := p.model.all.Services[s.Service]; !ok {
			return fmt.Errorf("step %q: the compose file has no service %q", strings.Join(s.Run, " "), s.Service)
		}
		key := fmt.Sprintf("%s %d: %s", when, i, strings.Join(s.Run, " "))
		if p.state.Tag == p.desired.Release.Tag && slices.Contains(p.state.Steps, key) {
			continue
		}
		for _, service := range order {
			if p.needs(s.Service, service) && (len(p.model.accepted[service]) == 0 || !p.serves(service)) {
				p.service(service)
			}
		}
		p.startWave()
		p.change(deploy.Change{Kind: deploy.RunStep, Subject: s.Service, After: strings.Join(s.Run, " "), Note: when})
		p.do(action{Step: &step{Key: key, Service: s.Service, Command: s.Run, Timeout: s.Timeout}})
	}
	return nil
}

// needs says whether service, other than itself, is among what name depends on.
func (p *planner) needs(name, service string) bool {
	for dependency := range p.model.all.Services[name].DependsOn {
		if dependency == service || p.needs(dependency, service) {
			return true
		}
	}
	return false
}

func (p *planner) serves(service string) bool {
	return slices.ContainsFunc(p.containers[service], container.running)
}

// gone are services of our releases that this one does not have.
func (p *planner) gone() []string {
	var gone []string
	for _, service := range sortedKeys(p.containers) {
		if _, stays := p.model.project.Services[service]; stays || p.planned[service] {
			continue
		}
		if slices.Contains(p.state.Services, service) {
			gone = append(gone, service)
		} else {
			p.plan.Notes = append(p.plan.Notes, fmt.Sprintf("service %q runs in this stack but no release of ours started it; it is left alone", service))
		}
	}
	return gone
}

func (p *planner) removeServices(services []string) {
	r := remove{Services: services}
	for _, service := range services {
		p.planned[service] = true
		if len(p.containers[service]) == 0 {
			continue
		}
		p.change(deploy.Change{Kind: deploy.Remove, Subject: service, Before: describe(p.containers[service])})
		r.Containers = append(r.Containers, ids(p.containers[service])...)
	}
	r.All = p.model.project == nil && len(r.Containers) == p.count()
	r.Drain = p.switches()
	if len(r.Containers) > 0 {
		p.do(action{Remove: &r})
	}
}

func (p *planner) count() int {
	n := 0
	for _, containers := range p.containers {
		n += len(containers)
	}
	return n
}

// pins are what the plan saw of each service.
func (o observation) pins() []deploy.Pin {
	var pins []deploy.Pin
	for _, service := range sortedKeys(o.containers) {
		var seen []string
		for _, c := range o.containers[service] {
			seen = append(seen, fmt.Sprintf("%.12s %.19s %.12s", c.ID, strings.TrimPrefix(c.image(), "sha256:"), c.hash()))
		}
		slices.Sort(seen)
		pins = append(pins, deploy.Pin{Subject: service, Value: strings.Join(seen, ", ")})
	}
	return pins
}

func ids(containers []container) []string {
	all := make([]string, len(containers))
	for i, c := range containers {
		all[i] = c.ID
	}
	return all
}

// describe names the images of containers.
func describe(containers []container) string {
	var images []string
	for _, c := range containers {
		if text := short(c.Config.Image); !slices.Contains(images, text) {
			images = append(images, text)
		}
	}
	return strings.Join(images, ", ")
}

// short cuts the digest of a reference.
func short(reference string) string {
	repository, digest, ok := strings.Cut(reference, "@sha256:")
	if !ok {
		return reference
	}
	return fmt.Sprintf("%s@%.12s", repository, digest)
}
