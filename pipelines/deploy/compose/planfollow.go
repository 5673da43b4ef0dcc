package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy"
)

// follows is why a service that runs starts anew after another one: it lives in
// that one's network, or the file says restart: true where it depends on it.
// Empty when nothing of it is new.
func (p *planner) follows(s types.ServiceConfig) string {
	if other, ok := strings.CutPrefix(s.NetworkMode, "service:"); ok && p.outlived(s.Name, other) {
		return "it shares the network of " + other
	}
	for _, other := range sortedKeys(s.DependsOn) {
		if p.isProxy(s.Name) && p.routes[other] {
			continue // the switch tells it
		}
		if s.DependsOn[other].Restart && p.outlived(s.Name, other) {
			return "it restarts with " + other
		}
	}
	return ""
}

// outlived says that containers of a service will be older than the newest one
// of another, or are: a run that was killed between the two is made good.
func (p *planner) outlived(service, by string) bool {
	if len(p.containers[service]) == 0 {
		return false
	}
	if p.changes(by, deploy.Start, deploy.Restart, deploy.Replace, deploy.Recreate) {
		return true
	}
	created := func(a, b container) int { return a.Created.Compare(b.Created) }
	oldest := slices.MinFunc(p.containers[service], created)
	return slices.ContainsFunc(p.containers[by], func(c container) bool { return c.Created.After(oldest.Created) })
}

func (p *planner) changes(service string, kinds ...deploy.Kind) bool {
	return slices.ContainsFunc(p.plan.Changes, func(c deploy.Change) bool {
		return c.Subject == service && slices.Contains(kinds, c.Kind)
	})
}

// noteAddresses says which services that stay as they are may look for the old
// containers of one that they depend on: the new ones run beside them, with
// addresses of their own, and a proxy such as nginx resolves names only once.
func (p *planner) noteAddresses(order []string) {
	for _, name := range order {
		s := p.model.project.Services[name]
		if !slices.Contains(p.plan.Unchanged, name) || len(s.Ports) == 0 || p.isProxy(name) {
			continue
		}
		for _, other := range sortedKeys(s.DependsOn) {
			if p.changes(other, deploy.Replace) {
				p.plan.Notes = append(p.plan.Notes, fmt.Sprintf("%s stays, and the containers of %s get new addresses: if it looks names up only at its start, "+
					"as proxies such as nginx do, set switch: in slipway.yaml, or write depends_on: {%s: {condition: service_started, restart: true}}", name, other, other))
			}
		}
	}
}
