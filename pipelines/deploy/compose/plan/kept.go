package plan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/kept"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// refuseNotOurs is the error for volumes and networks without which compose would
// start nothing: external ones that are not there, and networks of others. Before
// anything changes, not at the first service that uses them.
func refuseNotOurs(s Settings, d deploy.Desired, o observe.Observation) error {
	if d.Returning {
		return nil
	}
	var all []error
	for _, r := range o.Kept {
		switch {
		case r.External && !r.There():
			all = append(all, fmt.Errorf("%s is external, and %s has no %s %q: make it there (docker %s create %s), or leave external: out",
				r, s.On, r.Kind, r.Name, r.Kind, r.Name))
		case r.NotOurs != "":
			all = append(all, fmt.Errorf("%s: %s has a %s %q already, and %s; say external: true to use it, or rename this one (name:)",
				r, s.On, r.Kind, r.Name, r.NotOurs))
		}
	}
	return errors.Join(all...)
}

// noteKept says what stays as it is although the file has it otherwise, and which
// data a service will no longer have.
func (p *planner) noteKept(order []string) {
	for _, r := range p.seen.Kept {
		if len(r.Differences) > 0 {
			p.draft.note("%s", r.Advice(p.seen.Model.Name))
		}
	}
	for _, name := range order {
		p.noteMoves(p.seen.Model.Project.Services[name])
	}
}

// noteMoves says which named volumes of a service's containers the release has
// something else in the place of.
func (p *planner) noteMoves(s types.ServiceConfig) {
	noted := map[string]bool{}
	for _, c := range p.seen.Containers[s.Name] {
		for _, m := range c.Mounts {
			next, other := p.next(s, m)
			if !other || noted[m.Name+m.Destination] {
				continue
			}
			noted[m.Name+m.Destination] = true
			p.draft.note("service %q: %s was volume %s, and is now %s; the volume stays on the host with its data: copy what is needed before, or keep the name",
				s.Name, m.Destination, m.Name, next)
		}
	}
}

// next is what a release has at the place of a container's named volume; not other
// when it is that volume.
func (p *planner) next(s types.ServiceConfig, m container.Mount) (next string, other bool) {
	if m.Type != types.VolumeTypeVolume || anonymous(m.Name) {
		return "", false
	}
	for _, v := range s.Volumes {
		if v.Target != m.Destination {
			continue
		}
		if v.Type != types.VolumeTypeVolume || v.Source == "" {
			return strings.TrimSpace("a " + v.Type + " " + v.Source), true
		}
		name := p.seen.Model.Project.Volumes[v.Source].Name
		for _, r := range p.seen.Kept {
			if r.Kind == kept.Volume && r.Key == v.Source && !r.There() {
				return fmt.Sprintf("volume %s, which is made new and empty", name), name != m.Name
			}
		}
		return "volume " + name, name != m.Name
	}
	if len(s.VolumesFrom) > 0 {
		return "", false // it may be another service's
	}
	return "no volume", true
}

// anonymous says that docker itself named a volume.
func anonymous(name string) bool {
	return len(name) == 64 && strings.Trim(name, "0123456789abcdef") == ""
}
