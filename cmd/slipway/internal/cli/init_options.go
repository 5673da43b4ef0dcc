package cli

import "git.example/slipway/pipelines/propose"

// initOptions say which files to write.
type initOptions struct {
	makefile, tagMaps bool
	force, stdout     bool
	// yes writes what is proposed without a question; dryRun only shows it.
	yes, dryRun bool
	// ci are the CI systems to write files for.
	ci []string
	// module is the address of Slipway's Dagger module that they call.
	module string
	// own is the path of the Go module that this program was built from.
	own string
	// taskDefinition is a service of env on ECS.
	taskDefinition, env string
	// hosts and registry are those of an environment on servers.
	hosts    []string
	registry string

	// proposal is what was written, written the CI files that were.
	proposal *propose.Proposal
	written  []string
}

// server is the environment on servers, nil when none is asked for.
func (o initOptions) server() *propose.Server {
	if len(o.hosts) == 0 {
		return nil
	}
	return &propose.Server{Hosts: o.hosts, Registry: o.registry}
}
