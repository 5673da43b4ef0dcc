package composefile

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Order is the enabled services so that each one comes after those it depends
// on, otherwise by name. What a dependency has to reach is in the Condition of
// the service's DependsOn: types.ServiceConditionStarted, ...Healthy or
// ...CompletedSuccessfully.
func Order(p *types.Project) []string {
	var order []string
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		service, enabled := p.Services[name]
		if seen[name] || !enabled {
			return
		}
		seen[name] = true
		for _, dependency := range Dependencies(p, service) {
			visit(dependency)
		}
		order = append(order, name)
	}
	for _, name := range p.ServiceNames() {
		visit(name)
	}
	return order
}

// Dependencies are what has to run before a service can start, by name: what it
// depends on, and those whose container it refers to by the name that the file
// gives it, which compose leaves to docker.
func Dependencies(p *types.Project, s types.ServiceConfig) []string {
	named := map[string]bool{}
	refer := func(text string) {
		if name, ok := strings.CutPrefix(text, types.ContainerPrefix); ok {
			named[name] = true
		}
	}
	for _, mode := range []string{s.NetworkMode, s.Pid, s.Ipc} {
		refer(mode)
	}
	for _, from := range s.VolumesFrom {
		refer(strings.TrimSuffix(strings.TrimSuffix(from, ":ro"), ":rw"))
	}
	all := slices.Collect(maps.Keys(s.DependsOn))
	for _, other := range p.Services {
		if _, known := s.DependsOn[other.Name]; named[other.ContainerName] && other.Name != s.Name && !known {
			all = append(all, other.Name)
		}
	}
	slices.Sort(all)
	return all
}
