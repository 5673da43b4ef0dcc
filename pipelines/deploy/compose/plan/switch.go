package plan

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/observe"
	"git.example/slipway/pipelines/deploy/compose/proxy"
)

// proxySwitch plans when the proxy is switched, and to what.
type proxySwitch struct {
	config *config.ProxySwitch
	seen   observe.Observation
	draft  *draft
	// routes are the services that the proxy sends requests to; nil without a switch.
	routes   map[string]bool
	networks []string
}

// prepare finds what the proxy sends requests to, and refuses a switch that
// can't work. It does nothing without one.
func (p *proxySwitch) prepare(dir string, d deploy.Desired, order []string) error {
	s := p.config
	if s == nil {
		return nil
	}
	service, ok := p.seen.Model.Project.Services[s.Service]
	switch {
	case ok:
	case d.Returning:
		return nil // the release is from before the proxy
	default:
		return fmt.Errorf("switch: the compose file has no service %q, or none that is enabled", s.Service)
	}
	if err := refuseMount(service, path.Join(dir, s.File)); err != nil {
		return err
	}
	found, err := proxy.Routes(p.seen.Proxy.Template, order)
	if err != nil {
		return err
	}
	p.routes = map[string]bool{}
	for _, name := range found {
		p.routes[name] = true
	}
	p.networks = p.seen.Model.Networks(s.Service)
	return nil
}

// routed are the services that the proxy sends requests to.
func (p *proxySwitch) routed() []string { return slices.Sorted(maps.Keys(p.routes)) }

// needed says that there is a proxy to switch.
func (p *proxySwitch) needed() bool { return p.routes != nil }

func (p *proxySwitch) isProxy(service string) bool {
	return p.needed() && p.config.Service == service
}

// to plans a switch to all containers but the excluded ones.
func (p *proxySwitch) to(exclude []string) {
	p.draft.change(deploy.Change{Kind: deploy.Switch, Subject: p.config.Service, Note: p.config.File})
	p.draft.do(Action{Switch: &Switch{Services: p.routed(), Exclude: exclude, Networks: p.networks}})
}

// excluded are the containers that do not serve after the next switch: those
// that stop, and of services that are not changed yet those that an earlier run
// has started and not switched to.
func (p *proxySwitch) excluded(stopping []string) []string {
	exclude := slices.Clone(stopping)
	for _, name := range p.draft.actions.Services {
		if p.draft.decided[name] {
			continue
		}
		serves := func(c container.Container) bool { return p.seen.Proxy.Switched.SendsTo(c.ID) && c.Running() }
		if !slices.ContainsFunc(p.seen.Containers[name], serves) {
			continue
		}
		for _, c := range p.seen.Containers[name] {
			if !serves(c) {
				exclude = append(exclude, c.ID)
			}
		}
	}
	return exclude
}

// makeGood switches the proxy when the plan has no switch, and it does not send
// its requests to what serves, which is all but what stops.
func (p *proxySwitch) makeGood(stopping []string) {
	if !p.needed() || slices.ContainsFunc(p.draft.actions.Do, func(a Action) bool { return a.Switch != nil }) {
		return
	}
	var all []container.Container
	for _, name := range p.routed() {
		all = append(all, p.seen.Containers[name]...)
	}
	if p.outdated(proxy.ServingOf(all, p.routed(), stopping)) {
		p.to(p.excluded(stopping))
	}
}

// outdated says that the proxy's file is not what it should be, or that the
// proxy does not know it: a run was killed, somebody edited it, or containers
// started again and have other addresses now.
func (p *proxySwitch) outdated(serving []container.Container) bool {
	if !p.seen.Proxy.FileIsFor(serving, p.draft.actions.Services, p.networks) {
		return true
	}
	if p.seen.Proxy.Switched.Knows(serving) {
		return false
	}
	var newest time.Time
	for _, c := range serving {
		if c.State.StartedAt.After(newest) {
			newest = c.State.StartedAt
		}
	}
	// A proxy that started after them all has looked them up itself.
	return !slices.ContainsFunc(p.seen.Containers[p.config.Service], func(c container.Container) bool {
		return c.Running() && c.State.StartedAt.After(newest)
	})
}
