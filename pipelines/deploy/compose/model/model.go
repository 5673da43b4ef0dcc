// Package model is the compose project of a release as a stack's host sees it:
// which services there are, which of them run images of ours, and what compose
// makes of their configuration.
package model

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
)

// Model is a release's compose project.
type Model struct {
	// Name is the project's.
	Name string
	// Project has the enabled services, resolved; nil until Resolve, and when
	// nothing is to run.
	Project *types.Project
	// All has the services of every profile, not resolved.
	All *types.Project
	// Pins are the references that services run, by service.
	Pins map[string]string
	// Accepted are the digests that prove the image of a service of ours.
	Accepted map[string][]string
	// Hashes are compose's config hashes, by enabled service. One that refers to
	// another container has none until Refer.
	Hashes map[string]string
	// Versions are the files that the release brings for services to mount.
	Versions []hostfiles.Version
	// takesIn says that the compose files take in others.
	takesIn bool
	// resolved is what compose made of the files.
	resolved string
	// profiles are those that the stack's .env activates.
	profiles []string
}

// Order is the enabled services, each after those that it depends on.
func (m Model) Order() []string { return composefile.Order(m.Project) }

// Enabled says whether the release has a service, and runs it.
func (m Model) Enabled(service string) bool {
	_, is := m.Project.Services[service]
	return is
}

// Inactive are the profiles of a service that the release has and does not run.
func (m Model) Inactive(service string) []string {
	if m.All == nil || m.Project == nil || m.Enabled(service) {
		return nil
	}
	return m.All.Services[service].Profiles
}

// RunsOurs says whether a service runs an image of the release.
func (m Model) RunsOurs(service string) bool { return len(m.Accepted[service]) > 0 }

// Needs says whether dependency is among what service depends on, in however
// many steps.
func (m Model) Needs(service, dependency string) bool {
	seen := map[string]bool{}
	var needs func(string) bool
	needs = func(service string) bool {
		if seen[service] {
			return false // by container names, services may need each other
		}
		seen[service] = true
		return slices.ContainsFunc(composefile.Dependencies(m.All, m.All.Services[service]), func(name string) bool { return name == dependency || needs(name) })
	}
	return needs(service)
}

// Networks are a service's networks, by docker's name.
func (m Model) Networks(service string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m.Project.Services[service].Networks)) {
		names = append(names, m.Project.Networks[name].Name)
	}
	return names
}

// Ends says whether a service is to end.
func (m Model) Ends(s types.ServiceConfig) container.Ending {
	for _, other := range m.Project.Services {
		if d, ok := other.DependsOn[s.Name]; ok && d.Condition == types.ServiceConditionCompletedSuccessfully {
			return container.MustEnd
		}
	}
	if s.Restart == types.RestartPolicyNo || strings.HasPrefix(s.Restart, types.RestartPolicyOnFailure) {
		return container.MayEnd
	}
	return container.RunsOn
}

// FilesOverride is the override file with which services mount the release's files;
// empty when they are as the compose files have them.
func (m Model) FilesOverride() (string, error) {
	return hostfiles.Override(m.All, m.Project, m.Versions, m.takesIn)
}
