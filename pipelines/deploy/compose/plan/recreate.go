package plan

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// whyRecreate is why a service stops before it starts again; empty when the
// new container can start beside the old one.
func whyRecreate(strategy config.Strategy, o observe.Observation, s types.ServiceConfig) string {
	m := o.Model
	if strategy == config.Recreate {
		return "strategy: recreate"
	}
	if m.Ends(s) == container.MustEnd {
		return "it runs to its end"
	}
	if !m.RunsOurs(s.Name) {
		return "it is not an image of this release"
	}
	needs := atOnce(o, s)
	if ok, reason := composefile.CanRunTwice(s, needs); !ok {
		return reason
	}
	for _, port := range s.Ports {
		others := func(p observe.Port) bool { return p.Project != o.Model.Name || p.Service != s.Name }
		if free, taken := freePorts(o, port, others); taken != "" && free < needs {
			return fmt.Sprintf("of the host ports %s others leave %d, and a release beside the one before needs %d", port.Published, free, needs)
		}
	}
	return ""
}

// atOnce is how many containers of a service run when its new ones have started
// beside the old ones: those of a killed run among them, and the old ones that
// were more than the new ones will be.
func atOnce(o observe.Observation, s types.ServiceConfig) int {
	old, fresh := 0, 0
	for _, c := range o.Containers[s.Name] {
		switch {
		case o.Current(c) && c.AsWanted(o.Model.Ends(s)):
			fresh++
		case c.Running():
			old++
		}
	}
	return old + max(fresh, o.Replicas(s))
}
