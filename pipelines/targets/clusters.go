package targets

import (
	"context"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/ecs"
)

// Clusters are the targets on ECS that are chosen, in order: none when hosts are named.
// Nothing is connected yet.
func (e *Environments) Clusters(ctx context.Context, environment config.Entry[config.Environment], choice Choice) ([]*ecs.Target, error) {
	if err := CheckOnly(environment, choice.Targets); err != nil || len(choice.Hosts) > 0 {
		return nil, err
	}
	s := e.bare(environment)
	var chosen []*ecs.Target
	for _, t := range environment.Value.Deploy {
		k, ok := kindOf(t.Value).(ecsKind)
		if !ok || len(choice.Targets) > 0 && !slices.Contains(choice.Targets, t.Name) {
			continue
		}
		chosen = append(chosen, k.services(s, t.Name))
	}
	return chosen, nil
}
