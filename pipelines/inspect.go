package pipelines

import (
	"context"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
)

// place is one target on one machine, to look at.
type place struct {
	target  string
	machine machine
	// check looks at what a deploy needs there.
	check func(context.Context) ([]deploy.Finding, error)
	// stack is set for a compose stack.
	stack *compose.Target
}

// placed is a kind of target that is on machines.
type placed interface {
	kind
	places(ctx context.Context, s *stage, name string) ([]place, error)
}

func (k composeKind) places(ctx context.Context, s *stage, name string) ([]place, error) {
	machines, err := s.machines(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, err
	}
	all := make([]place, len(machines))
	for i, m := range machines {
		stack := k.stack(s, name, m, compose.StepsAll)
		all[i] = place{target: name, machine: m, check: stack.Check, stack: stack}
	}
	return all, nil
}

func (k gitsyncKind) places(ctx context.Context, s *stage, name string) ([]place, error) {
	machines, err := s.machines(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, err
	}
	all := make([]place, len(machines))
	for i, m := range machines {
		all[i] = place{target: name, machine: m, check: k.on(s, name, m).Check}
	}
	return all, nil
}

// PlaceOptions choose among the targets and hosts of an environment.
type PlaceOptions struct {
	Env string
	// Targets and Hosts by name; all when empty. A host is named as in slipway.yaml
	// or as in messages.
	Targets, Hosts []string
}

// places are the targets on machines that o chooses, in order.
func (p *Project) places(ctx context.Context, o PlaceOptions) ([]place, error) {
	environment, err := p.environment(o.Env)
	if err != nil {
		return nil, err
	}
	if err := checkOnly(environment, o.Targets); err != nil {
		return nil, err
	}
	s := p.newStage(environment)
	var all []place
	var hosts []string
	for _, target := range environment.Value.Deploy {
		k, ok := kindOf(target.Value).(placed)
		if !ok || len(o.Targets) > 0 && !slices.Contains(o.Targets, target.Name) {
			continue
		}
		places, err := k.places(ctx, s, target.Name)
		if err != nil {
			return nil, err
		}
		for _, at := range places {
			hosts = append(hosts, at.machine.name)
			if len(o.Hosts) == 0 || slices.ContainsFunc(o.Hosts, at.machine.called) {
				all = append(all, at)
			}
		}
	}
	switch {
	case len(hosts) == 0:
		return nil, usage("environment %q has no target on a host", environment.Name)
	case len(all) == 0:
		return nil, usage("unknown host %q: %s", strings.Join(o.Hosts, ", "), choices("hosts", hosts, "environment "+environment.Name))
	}
	return all, nil
}

// called says whether name means this machine: all of its name, or just the
// address of it.
func (m machine) called(name string) bool {
	_, address, ok := strings.Cut(m.name, "@")
	host, _, _ := strings.Cut(address, ":")
	return name == m.name || ok && (name == address || name == host)
}

// newStage is an environment whose targets are not ready yet.
func (p *Project) newStage(e config.Entry[config.Environment]) *stage {
	return &stage{project: p, name: e.Name, config: e.Value, hosts: sshHosts{}}
}
