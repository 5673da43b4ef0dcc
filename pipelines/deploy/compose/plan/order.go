package plan

import (
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// sequence is the order that services are changed in: each after those it
// depends on; the proxy after those it sends requests to, for it needs its file.
// With blue-green, what stops before it starts comes last, unless others need
// it: the old ones serve on when a new one does not get healthy.
func sequence(strategy config.Strategy, o observe.Observation, proxy *proxySwitch, order []string) []string {
	rank := func(name string) int {
		rank := 0
		if strategy == config.BlueGreen && !startsBeside(strategy, o, name) {
			rank += 1
		}
		if proxy.isProxy(name) {
			rank += 2
		} else if proxy.needed() && o.Model.Needs(name, proxy.config.Service) {
			rank += 4
		}
		return rank
	}
	sorted := slices.Clone(order)
	slices.SortStableFunc(sorted, func(a, b string) int { return rank(a) - rank(b) })
	return sorted
}

// startsBeside says that new containers of a service can start beside the old
// ones, or those of one that needs it.
func startsBeside(strategy config.Strategy, o observe.Observation, name string) bool {
	for _, s := range o.Model.Project.Services {
		if (s.Name == name || o.Model.Needs(s.Name, name)) && whyRecreate(strategy, o, s) == "" {
			return true
		}
	}
	return false
}
