package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
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
		s := o.Model.Project.Services[name]
		for _, port := range s.Ports {
			foreign := func(p observe.Port) bool { return p.Project != o.Model.Name }
			if free, taken := freePorts(o, port, foreign); taken != "" && free < o.Replicas(s) {
				return fmt.Errorf("service %q: of its host ports %s others leave only %d, for %d containers: container %s has one; stop that, or publish others",
					name, port.Published, free, o.Replicas(s), taken)
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

// freePorts is how many host ports of a range none of those others publishes, and
// a container that publishes one.
func freePorts(o observe.Observation, port types.ServicePortConfig, others func(observe.Port) bool) (free int, taken string) {
	first, last, ok := composefile.PublishedRange(port)
	if !ok || first == last {
		return 0, ""
	}
	used := map[string]bool{}
	for _, other := range o.Ports {
		number, protocol, _ := strings.Cut(other.Number, "/")
		n, err := strconv.Atoi(number)
		inRange := err == nil && n >= first && n <= last && protocol == port.Protocol && addressesMeet(other.Address, port.HostIP)
		if inRange && others(other) {
			used[number], taken = true, other.Container
		}
	}
	return last - first + 1 - len(used), taken
}
