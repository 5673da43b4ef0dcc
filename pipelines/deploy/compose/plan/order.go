package plan

import (
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/compose/model"
)

// sequence is the order that services are changed in: each after those it
// depends on; the proxy after those it sends requests to, for it needs its file.
// With blue-green, what stops before it starts comes last, unless others need
// it: the old ones serve on when a new one does not get healthy.
func sequence(strategy config.Strategy, m model.Model, proxy *proxySwitch, order []string) []string {
	rank := func(name string) int {
		rank := 0
		if strategy == config.BlueGreen && !startsBeside(strategy, m, name) {
			rank += 1
		}
		if proxy.isProxy(name) {
			rank += 2
		} else if proxy.needed() && m.Needs(name, proxy.config.Service) {
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
func startsBeside(strategy config.Strategy, m model.Model, name string) bool {
	for _, s := range m.Project.Services {
		if (s.Name == name || m.Needs(s.Name, name)) && whyRecreate(strategy, m, s) == "" {
			return true
		}
	}
	return false
}
