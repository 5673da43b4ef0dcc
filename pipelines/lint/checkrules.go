package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

func checkRules() []Rule {
	return []Rule{
		{
			ID: "exit-code-from", Title: "a compose check without its service", Severity: Error,
			Why:   "Without the service whose exit code counts, a failed test is no failed check.",
			check: exitCodeFrom,
		},
		{
			ID: "check-never-ends", Title: "a compose check whose service restarts", Severity: Error,
			Why:   "The check ends when its service ends, and a restart policy starts that one again.",
			check: checkNeverEnds,
		},
		{
			ID: "depends-on-race", Title: "a dependency that is not waited for", Severity: Warning,
			Why:   "A list under depends_on waits until the other container has started, not until it is healthy: a race.",
			check: dependsOnRace,
		},
		{
			ID: "check-image-latest", Title: "latest, or no tag, in a check", Severity: Warning,
			Why:   "A check can fail, or pass, one day to the next without a line of the repository changing.",
			check: checkImageLatest,
		},
	}
}

// checks are the stacks of checks that load.
func (p *project) checks() []*stack {
	var checks []*stack
	for _, s := range p.stacks {
		if s.check != nil && s.err == nil && s.unknowable == nil {
			checks = append(checks, s)
		}
	}
	return checks
}

func exitCodeFrom(p *project, found finder) {
	for _, s := range p.checks() {
		name := s.check.ExitCodeFrom
		if _, ok := s.project.Services[name]; ok {
			continue
		}
		message := fmt.Sprintf("exit-code-from names the service %q, which %s does not have", name, s.files[0].name)
		if name == "" {
			message = "no exit-code-from says which service's exit code is the check's"
		}
		found(p.checkAt(s, "exit-code-from"), message,
			"set exit-code-from to one of "+strings.Join(s.project.ServiceNames(), ", "))
	}
}

// checkAt is the position of a key of a compose check in slipway.yaml.
func (p *project) checkAt(s *stack, key string) position {
	for _, check := range p.config.Checks {
		if check.Value.Compose == s.check {
			return p.file.near("checks", check.Name, "compose", key)
		}
	}
	return position{file: p.file}
}

func checkNeverEnds(p *project, found finder) {
	for _, s := range p.checks() {
		service := s.project.Services[s.check.ExitCodeFrom]
		if service.Restart == types.RestartPolicyAlways || service.Restart == types.RestartPolicyUnlessStopped {
			found(s.at(service.Name, "restart"), fmt.Sprintf("service %s decides the check and never ends: restart: %s", service.Name, service.Restart),
				"remove restart: from it")
		}
	}
}

func dependsOnRace(p *project, found finder) {
	for _, s := range p.stacks {
		for _, service := range s.services() {
			for _, name := range slices.Sorted(maps.Keys(service.DependsOn)) {
				other := s.project.Services[name]
				if !s.listed(service.Name) || other.HealthCheck == nil || other.HealthCheck.Disable {
					continue
				}
				found(s.at(service.Name, "depends_on"),
					fmt.Sprintf("service %s does not wait until %s is healthy, though %s has a healthcheck", service.Name, name, name),
					fmt.Sprintf("write depends_on: {%s: {condition: service_healthy}}", name))
			}
		}
	}
}

// listed says that a service's depends_on is a list, without conditions.
func (s *stack) listed(service string) bool {
	return slices.ContainsFunc(s.all(), func(f *file) bool {
		return len(items(f.value("services", service, "depends_on"))) > 0
	})
}

func checkImageLatest(p *project, found finder) {
	for _, s := range p.checks() {
		for _, service := range s.services() {
			if service.Build != nil || !isLatest(service.Image) || p.isOurs(service.Image) {
				continue
			}
			found(s.at(service.Name, "image"), fmt.Sprintf("the image of service %s has the tag latest, or none", service.Name),
				"name a version: image:1.2.3")
		}
	}
}
