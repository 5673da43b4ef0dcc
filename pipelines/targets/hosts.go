package targets

import (
	"context"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/workspace"
)

// Choice chooses among the targets and hosts of an environment.
type Choice struct {
	Env string
	// Targets and Hosts by name; all when empty. A host is named as in slipway.yaml
	// or as in messages.
	Targets, Hosts []string
}

// Hosts are the targets on machines that are chosen, in order. Nothing is
// connected yet.
func (e *Environments) Hosts(ctx context.Context, environment config.Entry[config.Environment], choice Choice) ([]Host, error) {
	if err := CheckOnly(environment, choice.Targets); err != nil {
		return nil, err
	}
	s := e.bare(environment)
	var chosen []Host
	var names []string
	for _, target := range environment.Value.Deploy {
		if len(choice.Targets) > 0 && !slices.Contains(choice.Targets, target.Name) {
			continue
		}
		hosts, err := kindOf(target.Value).hosts(ctx, s, target.Name)
		if err != nil {
			return nil, err
		}
		for _, host := range hosts {
			names = append(names, host.machine.name)
			if len(choice.Hosts) == 0 || slices.ContainsFunc(choice.Hosts, host.machine.called) {
				chosen = append(chosen, host)
			}
		}
	}
	switch {
	case len(names) == 0:
		return nil, workspace.Usage("environment %q has no target on a host", environment.Name)
	case len(chosen) == 0:
		return nil, workspace.Usage("unknown host %q: %s", strings.Join(choice.Hosts, ", "), workspace.Choices("hosts", names, "environment "+environment.Name))
	}
	return chosen, nil
}
