package plan

import (
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// removal plans the end of services that the release does not have.
type removal struct {
	seen  observe.Observation
	draft *draft
	proxy *proxySwitch
}

// dropped are services of our releases that this one does not have.
func (p removal) dropped() []string {
	var dropped []string
	for _, service := range p.seen.Services() {
		if p.seen.Model.Enabled(service) || p.draft.decided[service] {
			continue
		}
		profiles := p.seen.Model.Inactive(service)
		switch {
		case slices.Contains(p.seen.State.Services, service):
			dropped = append(dropped, service)
		case len(profiles) > 0:
			p.draft.note("service %q runs, and none of its profiles is active (%s): somebody started it by hand; it is left alone", service, strings.Join(profiles, ", "))
		default:
			p.draft.note("service %q runs in this stack but no release of ours started it; it is left alone", service)
		}
	}
	return dropped
}

// remove plans the removal of services; why may be empty.
func (p removal) remove(services []string, why string) {
	r := Remove{Services: services}
	for _, service := range services {
		p.draft.decided[service] = true
		containers := p.seen.Containers[service]
		if len(containers) == 0 {
			continue
		}
		p.draft.change(deploy.Change{Kind: deploy.Remove, Subject: service, Before: container.DescribeImages(containers), Note: why})
		r.Containers = append(r.Containers, container.IDs(containers)...)
	}
	r.All = p.seen.Model.Project == nil && len(r.Containers) == p.containers()
	r.Drain = p.proxy.needed()
	if len(r.Containers) > 0 {
		p.draft.do(Action{Remove: &r})
	}
}

// containers is how many the whole project has.
func (p removal) containers() int {
	n := 0
	for _, containers := range p.seen.Containers {
		n += len(containers)
	}
	return n
}
