package pipelines

import (
	"context"
	"slices"

	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// HostOptions choose among the targets and hosts of an environment.
type HostOptions = targets.Choice

// stacks are the compose stacks on machines that o chooses, in order.
func stacks(ctx context.Context, w *workspace.Workspace, e *targets.Environments, o HostOptions) ([]targets.Host, error) {
	environment, err := w.Environment(o.Env)
	if err != nil {
		return nil, err
	}
	hosts, err := e.Hosts(ctx, environment, o)
	if err != nil {
		return nil, err
	}
	stacks := slices.DeleteFunc(hosts, func(h targets.Host) bool { return h.Stack == nil })
	if len(stacks) == 0 {
		return nil, workspace.Usage("no compose stack is among these targets")
	}
	return stacks, nil
}
