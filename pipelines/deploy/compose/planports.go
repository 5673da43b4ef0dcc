package compose

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// refusePorts is the error when a container outside of this stack publishes a
// host port that the release needs.
func (p *planner) refusePorts(order []string) error {
	for _, name := range order {
		for _, taken := range p.conflicts(p.model.project.Services[name]) {
			if taken.project != p.model.name {
				return fmt.Errorf("service %q: its host port %s is taken by container %s; stop that, or publish another port",
					name, taken.port, taken.container)
			}
		}
	}
	return nil
}

// removeInTheWay removes services that the release no longer has before the
// service that takes their host port over.
func (p *planner) removeInTheWay(order []string) {
	var gone []string
	for _, name := range order {
		for _, taken := range p.conflicts(p.model.project.Services[name]) {
			_, stays := p.model.project.Services[taken.service]
			ours := slices.Contains(p.state.Services, taken.service)
			if taken.project == p.model.name && !stays && ours && !slices.Contains(gone, taken.service) {
				gone = append(gone, taken.service)
			}
		}
	}
	if len(gone) > 0 {
		p.removeServices(gone)
		p.plan.Changes[len(p.plan.Changes)-1].Note = "its host port is needed"
	}
}

// conflicts are the containers of other services that publish a fixed host
// port of s.
func (p *planner) conflicts(s types.ServiceConfig) []publication {
	var found []publication
	for _, port := range s.Ports {
		for _, other := range p.published {
			same := other.project == p.model.name && other.service == s.Name
			if !same && other.port == port.Published+"/"+port.Protocol && overlap(other.address, port.HostIP) {
				found = append(found, other)
			}
		}
	}
	return found
}

// overlap says whether two addresses to listen on meet.
func overlap(a, b string) bool {
	every := []string{"", "0.0.0.0", "::"}
	return a == b || slices.Contains(every, a) || slices.Contains(every, b)
}
