// Package observe reads a stack, and everything else on its host that a plan
// and a proof work from. It changes nothing.
package observe

import (
	"maps"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/kept"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/proxy"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// Observation is a stack as it was seen, beside what a release makes of its
// compose files.
type Observation struct {
	Model model.Model
	// Containers by service.
	Containers map[string][]container.Container
	// Others are containers outside of the stack that services refer to, by name.
	Others map[string]container.Container
	State  state.State
	Env    envfile.File
	// Ports are the host ports that containers publish, others' included. Only
	// Target reads them.
	Ports []Port
	// Resources are the host's networks and volumes, where Kept is not all that a plan
	// has to know of them. Only Target reads them.
	Resources Resources
	// Scale is how many containers services have, by slipway.yaml.
	Scale config.Map[int]
	// Proxy is the zero value without a switch.
	Proxy proxy.State
	// Files are those that the release brings, as the host has them.
	Files []hostfiles.Seen
	// Missing are the files and directories that the release's services need and the
	// host has not.
	Missing []hostfiles.Missing
	// Kept are the volumes and networks of the release's services, beside what the
	// host has of them.
	Kept []kept.Resource
}

// Services are those that have containers, by name.
func (o Observation) Services() []string { return slices.Sorted(maps.Keys(o.Containers)) }

// Running is what runs, for people and for the journal.
func (o Observation) Running() []deploy.Running {
	var running []deploy.Running
	for _, service := range o.Services() {
		for _, c := range o.Containers[service] {
			running = append(running, deploy.Running{Subject: service, ID: c.ID, Image: c.Digest(), State: c.Status()})
		}
	}
	return running
}

// Runs says whether any container of a service runs.
func (o Observation) Runs(service string) bool {
	return slices.ContainsFunc(o.Containers[service], container.Container.Running)
}

// Current says whether a container has the image and the configuration that
// the release wants for its service, and its volumes and networks.
func (o Observation) Current(c container.Container) bool {
	hash := o.Model.Hashes[c.Service()]
	return hash != "" && c.ConfigHash() == hash && o.RunsRelease(c) && o.Elsewhere(c) == ""
}

// RunsRelease says whether a container runs the release's image, by digest;
// true for a service that uses none of the release's.
func (o Observation) RunsRelease(c container.Container) bool {
	accepted := o.Model.Accepted[c.Service()]
	return len(accepted) == 0 || c.RunsAny(accepted)
}
