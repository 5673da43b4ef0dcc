package plan

import (
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// refuseReferences is the error when a service is to live in a container outside
// of this stack that is not there: docker would say so only when it starts it.
func refuseReferences(d deploy.Desired, o observe.Observation, order []string) error {
	for _, name := range order {
		for _, r := range o.Model.References(name) {
			if r.Service != "" || d.Returning || o.Replicas(o.Model.Project.Services[name]) == 0 {
				continue
			}
			other, ok := o.Referred(r)
			switch {
			case !ok:
				return fmt.Errorf("service %q: %s names the container %q, and this host has none; start that one first, "+
					"or write service: if it is one of this file", name, r.Key, r.Container)
			case r.Dies() && !other.Running():
				return fmt.Errorf("service %q: %s names the container %q, which does not run (%s); start it first", name, r.Key, r.Container, other.Status())
			}
		}
	}
	return nil
}
