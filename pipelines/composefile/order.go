package composefile

import (
	"maps"
	"slices"

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
		for _, dependency := range slices.Sorted(maps.Keys(service.DependsOn)) {
			visit(dependency)
		}
		order = append(order, name)
	}
	for _, name := range p.ServiceNames() {
		visit(name)
	}
	return order
}
