package observe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Resources are the networks and volumes of a host, as model.Resources calls them,
// with the compose project that made each; empty when compose did not.
type Resources map[string]string

// resources lists them.
func resources(ctx context.Context, s stack.Stack) (Resources, error) {
	script := &stack.Script{}
	for _, kind := range []string{"network", "volume"} {
		script.Line("docker", kind, "ls", "--format", kind+` {{.Name}}|{{.Label "`+container.LabelProject+`"}}`)
	}
	out, err := s.Output(ctx, script)
	if err != nil {
		return nil, fmt.Errorf("listing networks and volumes: %w", err)
	}
	found := Resources{}
	for line := range strings.Lines(string(out)) {
		name, project, _ := strings.Cut(strings.TrimSpace(line), "|")
		found[name] = project
	}
	return found, nil
}

// HasResource says whether the host has one.
func (o Observation) HasResource(name string) bool {
	for _, r := range o.Kept {
		if string(r.Kind)+" "+r.Name == name {
			return r.There()
		}
	}
	_, there := o.Resources[name]
	return there
}

// needsResources says that what the services use is not all: the stack goes, or a
// step is of a service that is not active.
func (o Observation) needsResources(c config.ComposeTarget) bool {
	if o.Model.Project == nil {
		return o.Model.Name != ""
	}
	return slices.ContainsFunc(slices.Concat(c.Before, c.After), func(s config.Step) bool { return !o.Model.Enabled(s.Service) })
}

// IsNetwork says whether a resource is a network.
func IsNetwork(resource string) bool { return strings.HasPrefix(resource, "network ") }
