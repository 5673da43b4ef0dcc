package plan

import (
	"fmt"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// refuseScale is the error for a scale that can't be.
func refuseScale(d deploy.Desired, o observe.Observation) error {
	for _, entry := range o.Scale {
		s, ok := o.Model.Project.Services[entry.Name]
		if !ok {
			if d.Returning {
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
