package compose

import (
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// handover is the part of a plan between new containers that are healthy and
// old ones that stop.
type handover struct {
	// routes are the services that the proxy sends requests to; nil without a switch.
	routes   map[string]bool
	networks []string
	// wave are services to start at once, beside their old containers.
	wave []up
	// old are the containers to stop, and moved says that the proxy has to know of
	// new ones before.
	old   []retired
	drain bool
	moved bool
	// gone are the containers that do not serve any more, or will not.
	excluded []string
}

// start plans new containers of a service whose old ones do not stay. What was
// held back starts first: old containers are there as long as can be.
func (p *planner) start(u up) {
	p.startWave()
	p.do(action{Up: []up{u}})
	p.moved = p.moved || p.routes[u.Service]
	p.settleUnless()
}

// startBeside plans new containers beside the old ones, if there are any.
func (p *planner) startBeside(u up) {
	if slices.ContainsFunc(p.wave, func(w up) bool { return p.needs(u.Service, w.Service) }) {
		p.startWave()
	}
	p.wave = append(p.wave, u)
	p.moved = p.moved || p.routes[u.Service]
	var old []container
	for _, c := range p.containers[u.Service] {
		if slices.Contains(u.Old, c.ID) {
			old = append(old, c)
		}
	}
	p.leave(u.Service, old)
	p.settleUnless()
}

// retire plans the end of containers that nothing takes the place of.
func (p *planner) retire(service string, containers []container) {
	p.moved = p.moved || p.routes[service]
	p.leave(service, containers)
	p.settleUnless()
}

func (p *planner) leave(service string, containers []container) {
	if len(containers) == 0 {
		return
	}
	r := retired{Service: service, Containers: ids(containers)}
	for _, h := range p.model.project.Services[service].PreStop {
		env := map[string]string{}
		for name, value := range h.Environment {
			if value != nil {
				env[name] = *value
			}
		}
		r.Hooks = append(r.Hooks, hook{Command: h.Command, User: h.User, Privileged: h.Privileged, WorkingDir: h.WorkingDir, Env: env})
	}
	p.old = append(p.old, r)
	p.excluded = append(p.excluded, r.Containers...)
	for _, c := range containers {
		known := !p.routes[service] || p.proxy.switched.File == "" || p.proxy.switched.knew(c.ID)
		p.drain = p.drain || c.serves() && known
	}
}

// settleUnless hands over at once, unless the strategy is to do it for all
// services together, or the proxy can't have its file yet: a service in it has
// not started at all.
func (p *planner) settleUnless() {
	if p.target.Config.Strategy == config.BlueGreen {
		return
	}
	if p.moved && slices.ContainsFunc(p.actions.Services, func(name string) bool {
		s := p.model.project.Services[name]
		return p.routes[name] && !p.planned[name] && !p.serves(name) && p.replicas(s) > 0
	}) {
		return
	}
	p.settle()
}

// settle hands over: the new containers are healthy, the proxy is switched, the
// old ones stop.
func (p *planner) settle() {
	p.startWave()
	if p.moved && p.switches() {
		p.switchTo(p.excludes())
	}
	if len(p.old) > 0 {
		p.do(action{Stop: &stop{Services: p.old, Drain: p.drain}})
	}
	p.old, p.drain, p.moved = nil, false, false
}

// finish hands over what is left, and sees to it that the proxy has the file
// it should.
func (p *planner) finish() {
	p.settle()
	if !p.switches() || slices.ContainsFunc(p.actions.Do, func(a action) bool { return a.Switch != nil }) {
		return
	}
	var all []container
	for _, name := range p.routed() {
		all = append(all, p.containers[name]...)
	}
	if p.unsettled(live(all, p.routed(), p.excluded)) {
		p.switchTo(p.excludes())
	}
}

func (p *planner) switchTo(exclude []string) {
	s := p.target.Config.Switch
	p.change(deploy.Change{Kind: deploy.Switch, Subject: s.Service, Note: s.File})
	p.do(action{Switch: &shift{Services: p.routed(), Exclude: exclude, Networks: p.networks}})
}

// excludes are the containers that do not serve after the next switch: those
// that stop, and of services that are not changed yet those that an earlier run
// has started and not switched to.
func (p *planner) excludes() []string {
	exclude := slices.Clone(p.excluded)
	for _, name := range p.actions.Services {
		if p.planned[name] {
			continue
		}
		isLive := func(c container) bool { _, is := p.proxy.switched.Live[c.ID]; return is && c.running() }
		if !slices.ContainsFunc(p.containers[name], isLive) {
			continue
		}
		for _, c := range p.containers[name] {
			if !isLive(c) {
				exclude = append(exclude, c.ID)
			}
		}
	}
	return exclude
}

// startWave starts what was held back to start at once.
func (p *planner) startWave() {
	if len(p.wave) > 0 {
		p.do(action{Up: p.wave})
		p.wave = nil
	}
}
