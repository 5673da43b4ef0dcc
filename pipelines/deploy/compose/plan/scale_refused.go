package plan

import (
	"fmt"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// refuseScale is the error for more containers of a service than there can be. The
// compose file knows what its own services can share; slipway.yaml may not.
func refuseScale(d deploy.Desired, o observe.Observation, order []string) error {
	for _, entry := range o.Scale {
		s, ok := o.Model.Project.Services[entry.Name]
		if !ok && d.Returning {
			continue
		}
		if !ok {
			return fmt.Errorf("scale: the compose file has no service %q, or none that is enabled", entry.Name)
		}
		most, reason := composefile.MostAtOnce(s)
		if can, why := composefile.CanRunTwice(s, 0); most == 0 && !can && why == composefile.HeldByOne(s) {
			most, reason = 1, why
		}
		if most > 0 && entry.Value > most {
			return fmt.Errorf("scale: service %q can't run %d times: %s", entry.Name, entry.Value, reason)
		}
	}
	for _, name := range order {
		s := o.Model.Project.Services[name]
		most, reason := composefile.MostAtOnce(s)
		if replicas := o.Replicas(s); most > 0 && replicas > most && !d.Returning {
			return fmt.Errorf("service %q can't run %d times: %s; write fewer replicas, or leave the host port or the address to docker", name, replicas, reason)
		}
	}
	return nil
}
