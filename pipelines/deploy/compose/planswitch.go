package compose

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
)

// prepareSwitch finds what the proxy sends requests to, and refuses a switch
// that can't work.
func (p *planner) prepareSwitch(order []string) error {
	s := p.target.Config.Switch
	if s == nil {
		return nil
	}
	proxy, ok := p.model.project.Services[s.Service]
	switch {
	case ok:
	case p.desired.Returning:
		return nil // the release is from before the proxy
	default:
		return fmt.Errorf("switch: the compose file has no service %q, or none that is enabled", s.Service)
	}
	if err := p.mounted(proxy, path.Join(p.target.Dir, s.File)); err != nil {
		return err
	}
	found, err := routed(p.proxy.template, order)
	if err != nil {
		return err
	}
	p.routes = map[string]bool{}
	for _, name := range found {
		p.routes[name] = true
	}
	p.networks = p.networksOf(s.Service)
	return nil
}

// networksOf are a service's networks, by docker's name.
func (o observation) networksOf(service string) []string {
	var names []string
	for _, name := range sortedKeys(o.model.project.Services[service].Networks) {
		names = append(names, o.model.project.Networks[name].Name)
	}
	return names
}

// mounted is the error when the proxy can't see a new file in that place. A
// file that is mounted by itself stays the old one when another takes its name.
func (p *planner) mounted(proxy types.ServiceConfig, file string) error {
	for _, v := range proxy.Volumes {
		switch {
		case v.Type != types.VolumeTypeBind:
		case path.Clean(v.Source) == file:
			return fmt.Errorf("switch: service %q mounts the file %q by itself, and would not see a new one: mount the directory it is in", proxy.Name, file)
		case path.Clean(v.Source) == path.Dir(file):
			return nil
		}
	}
	return fmt.Errorf("switch: service %q does not mount the directory %q, so it can't read the file there: add it to its volumes", proxy.Name, path.Dir(file))
}

// routed are the services that the proxy sends requests to.
func (p *planner) routed() []string {
	return sortedKeys(p.routes)
}

// switches says that there is a proxy to switch.
func (p *planner) switches() bool { return p.routes != nil }

func (p *planner) isProxy(service string) bool {
	return p.switches() && p.target.Config.Switch.Service == service
}

// unsettled says that the proxy's file is not what it should be, or that the
// proxy does not know it: a run was killed, somebody edited it, or containers
// started again and have other addresses now.
func (p *planner) unsettled(serving []container) bool {
	if !p.proxy.current(serving, p.actions.Services, p.networks) {
		return true
	}
	if maps.Equal(addressesOf(serving), p.proxy.switched.Live) {
		return false
	}
	var newest time.Time
	for _, c := range serving {
		if c.State.StartedAt.After(newest) {
			newest = c.State.StartedAt
		}
	}
	// A proxy that started after them all has looked them up itself.
	return !slices.ContainsFunc(p.containers[p.target.Config.Switch.Service], func(c container) bool {
		return c.running() && c.State.StartedAt.After(newest)
	})
}

// checkScale refuses a scale that can't be.
func (p *planner) checkScale() error {
	for _, entry := range p.scale {
		s, ok := p.model.project.Services[entry.Name]
		if !ok {
			if p.desired.Returning {
				continue
			}
			return fmt.Errorf("scale: the compose file has no service %q, or none that is enabled", entry.Name)
		}
		if can, reason := composefile.CanRunTwice(s); !can && entry.Value > 1 {
			return fmt.Errorf("scale: service %q can't run %d times: %s", entry.Name, entry.Value, reason)
		}
	}
	return nil
}

// sequence is the order that services are changed in: each after those it
// depends on; the proxy after those it sends requests to, for it needs its file.
// With blue-green, what stops before it starts comes last, unless others need
// it: the old ones serve on when a new one does not get healthy.
func (p *planner) sequence(order []string) []string {
	rank := func(name string) int {
		rank := 0
		if p.target.Config.Strategy == config.BlueGreen && !p.early(name) {
			rank += 1
		}
		if p.isProxy(name) {
			rank += 2
		} else if p.switches() && p.needs(name, p.target.Config.Switch.Service) {
			rank += 4
		}
		return rank
	}
	sorted := slices.Clone(order)
	slices.SortStableFunc(sorted, func(a, b string) int { return rank(a) - rank(b) })
	return sorted
}

// early says that a service can run twice, or that one which can needs it.
func (p *planner) early(name string) bool {
	for _, s := range p.model.project.Services {
		if (s.Name == name || p.needs(s.Name, name)) && p.cannotRoll(s) == "" {
			return true
		}
	}
	return false
}
