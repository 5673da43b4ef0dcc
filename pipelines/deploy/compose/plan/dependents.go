package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// dependents finds services that start anew because another one does.
type dependents struct {
	seen  observe.Observation
	draft *draft
	proxy *proxySwitch
	// handover knows which containers stop.
	handover *handover
}

// startAnew is why a service that runs starts anew after another one: it lives in
// a container of that one, or the file says restart: true where it depends on it.
// Empty when nothing of it is new.
func (d dependents) startAnew(s types.ServiceConfig) string {
	if len(d.seen.Containers[s.Name]) == 0 {
		return ""
	}
	for _, r := range d.seen.Model.References(s.Name) {
		if r.Service != "" && d.moves(r.Service) {
			return fmt.Sprintf("it shares %s of %s", r.Shares(), r.Service)
		}
	}
	for _, c := range d.seen.Containers[s.Name] {
		if why := d.seen.Stranded(c); why != "" && d.seen.Current(c) {
			return why
		}
	}
	for _, other := range slices.Sorted(maps.Keys(s.DependsOn)) {
		if d.proxy.isProxy(s.Name) && d.proxy.routes[other] {
			continue // the switch tells it
		}
		if s.DependsOn[other].Restart && d.outlived(s.Name, other) {
			return "it restarts with " + other
		}
	}
	return ""
}

// moves says that the container of a service that others live in is another one
// after this plan.
func (d dependents) moves(service string) bool {
	if d.draft.changes(service, deploy.Start, deploy.Restart, deploy.Replace, deploy.Recreate) {
		return true
	}
	c, ok := d.seen.First(service)
	return ok && slices.Contains(d.handover.stopping, c.ID)
}

// awaits says that a service lives in a container that does not stay, or in one
// of a service that waits itself: it starts anew only when that one is gone, for
// compose would find it.
func (d dependents) awaits(service string, waiting []string) bool {
	return slices.ContainsFunc(d.seen.Model.References(service), func(r model.Reference) bool {
		return slices.Contains(waiting, r.Service) ||
			slices.ContainsFunc(d.handover.old, func(old Retired) bool { return old.Service == r.Service })
	})
}

// outlived says that containers of a service will be older than the newest one
// of another, or are: a run that was killed between the two is made good.
func (d dependents) outlived(service, by string) bool {
	if len(d.seen.Containers[service]) == 0 {
		return false
	}
	if d.draft.changes(by, deploy.Start, deploy.Restart, deploy.Replace, deploy.Recreate) {
		return true
	}
	created := func(a, b container.Container) int { return a.Created.Compare(b.Created) }
	oldest := slices.MinFunc(d.seen.Containers[service], created)
	return slices.ContainsFunc(d.seen.Containers[by], func(c container.Container) bool { return c.Created.After(oldest.Created) })
}

// noteAddresses says which services that stay as they are may look for the old
// containers of one that they depend on: the new ones run beside them, with
// addresses of their own, and a proxy such as nginx resolves names only once.
func (d dependents) noteAddresses(order []string) {
	for _, name := range order {
		s := d.seen.Model.Project.Services[name]
		if !slices.Contains(d.draft.plan.Unchanged, name) || len(s.Ports) == 0 || d.proxy.isProxy(name) {
			continue
		}
		for _, other := range slices.Sorted(maps.Keys(s.DependsOn)) {
			if d.draft.changes(other, deploy.Replace) {
				d.draft.note("%s stays, and the containers of %s get new addresses: if it looks names up only at its start, "+
					"as proxies such as nginx do, set switch: in slipway.yaml, or write depends_on: {%s: {condition: service_started, restart: true}}", name, other, other)
			}
		}
	}
}
