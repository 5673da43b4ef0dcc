package plan

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy/compose/observe"
)

// refusePorts is the error when a container outside of this stack publishes a
// host port that the release needs.
func refusePorts(o observe.Observation, order []string) error {
	for _, name := range order {
		for _, taken := range takenPorts(o, o.Model.Project.Services[name]) {
			if taken.Project != o.Model.Name {
				return fmt.Errorf("service %q: its host port %s is taken by container %s; stop that, or publish another port",
					name, taken.Number, taken.Container)
			}
		}
	}
	return nil
}

// servicesInTheWay are those of ours that the release no longer has, and that
// publish a host port that it needs.
func servicesInTheWay(o observe.Observation, order []string) []string {
	var found []string
	for _, name := range order {
		for _, taken := range takenPorts(o, o.Model.Project.Services[name]) {
			ours := taken.Project == o.Model.Name && slices.Contains(o.State.Services, taken.Service)
			if ours && !o.Model.Enabled(taken.Service) && !slices.Contains(found, taken.Service) {
				found = append(found, taken.Service)
			}
		}
	}
	return found
}

// takenPorts are the fixed host ports of a service that containers of other
// services publish.
func takenPorts(o observe.Observation, s types.ServiceConfig) []observe.Port {
	var found []observe.Port
	for _, port := range s.Ports {
		for _, other := range o.Ports {
			same := other.Project == o.Model.Name && other.Service == s.Name
			if !same && other.Number == port.Published+"/"+port.Protocol && addressesMeet(other.Address, port.HostIP) {
				found = append(found, other)
			}
		}
	}
	return found
}

// addressesMeet says whether two addresses to listen on meet.
func addressesMeet(a, b string) bool {
	every := []string{"", "0.0.0.0", "::"}
	return a == b || slices.Contains(every, a) || slices.Contains(every, b)
}
