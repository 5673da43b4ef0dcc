package pipelines

import (
	"context"
	"slices"

	"git.example/slipway/pipelines/deploy/ecs"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// HostOptions choose among the targets and hosts of an environment.
type HostOptions = targets.Choice

// running are what has containers: compose stacks on machines, and services of ECS.
type running struct {
	stacks   []targets.Host
	clusters []*ecs.Target
}

// findRunning are those that o chooses, in order.
func findRunning(ctx context.Context, w *workspace.Workspace, e *targets.Environments, o HostOptions) (running, error) {
	environment, err := w.Environment(o.Env)
	if err != nil {
		return running{}, err
	}
	var found running
	if found.clusters, err = e.Clusters(ctx, environment, o); err != nil {
		return running{}, err
	}
	hosts, err := e.Hosts(ctx, environment, o)
	if err != nil && len(found.clusters) == 0 {
		return running{}, err
	}
	found.stacks = slices.DeleteFunc(hosts, func(h targets.Host) bool { return h.Stack == nil })
	if len(found.stacks)+len(found.clusters) == 0 {
		return running{}, workspace.Usage("no compose stack and no service of ECS is among these targets")
	}
	return found, nil
}
