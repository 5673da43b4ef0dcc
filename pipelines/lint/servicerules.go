package lint

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
)

func serviceRules() []Rule {
	return []Rule{
		{
			ID: "healthcheck-missing", Title: "one of our services without a health check", Severity: Warning,
			Why:   "A rolling deploy switches to the new container when it is healthy; without a check it can only see that the container runs.",
			check: healthcheckMissing,
		},
		{
			ID: "rolling-recreate", Title: "a service that can't run twice", Severity: Warning,
			Why:   "A rolling deploy starts the new container beside the old one; what can't run twice is stopped first and is away for a moment.",
			check: eachService(rollingRecreate),
		},
		{
			ID: "restart-missing", Title: "a deployed service without a restart policy", Severity: Warning,
			Why:   "Without one the service stays away after a crash or a reboot of the server.",
			check: eachService(restartMissing),
		},
		{
			ID: "volume-anonymous", Title: "an anonymous volume", Severity: Warning,
			Why:   "A new container gets a new, empty anonymous volume: logs and data don't survive the deploy.",
			check: eachService(volumeAnonymous),
		},
	}
}

func healthcheckMissing(p *project, found finder) {
	for _, s := range p.targets() {
		for _, service := range s.services() {
			image, ours := s.image(service.Name)
			if !ours || !s.rolling() || service.HealthCheck != nil && !service.HealthCheck.Disable || p.imageHasHealthcheck(image) || s.oneShot(service) {
				continue
			}
			found(s.at(service.Name), fmt.Sprintf("service %s has no healthcheck, in the compose file or in its Dockerfile", service.Name),
				`add one, such as healthcheck: {test: [CMD, wget, -qO-, "http://localhost:8080/health"], interval: 5s}`)
		}
	}
}

// imageHasHealthcheck says that an image brings its own health check.
func (p *project) imageHasHealthcheck(image string) bool {
	return slices.ContainsFunc(p.contexts, func(c *buildContext) bool {
		return c.image == image && c.line(healthcheck()) > 0
	})
}

func rollingRecreate(s *stack, service types.ServiceConfig, found finder) {
	_, ours := s.image(service.Name)
	if !ours || !s.rolling() {
		return
	}
	ok, reason := composefile.CanRunTwice(service, 2*s.replicas(service))
	// A file that asks for stop-first knows.
	asked := service.Deploy != nil && service.Deploy.UpdateConfig != nil && service.Deploy.UpdateConfig.Order == "stop-first"
	if ok || asked {
		return
	}
	found(s.at(service.Name), fmt.Sprintf("service %s will be stopped before its new container starts: %s", service.Name, reason),
		"put a proxy before it and drop the fixed name or port, or accept it with deploy: {update_config: {order: stop-first}}")
}

// replicas is how many containers a service gets: slipway.yaml's scale, or else
// what the compose file says.
func (s *stack) replicas(service types.ServiceConfig) int {
	if n, ok := s.target.Scale.Get(service.Name); ok {
		return n
	}
	return service.GetScale()
}

func restartMissing(s *stack, service types.ServiceConfig, found finder) {
	policy := service.Deploy != nil && service.Deploy.RestartPolicy != nil
	if service.Restart != "" || policy || len(service.Profiles) > 0 || s.oneShot(service) {
		return
	}
	found(s.at(service.Name), fmt.Sprintf("service %s has no restart policy", service.Name),
		"add restart: unless-stopped (or restart: \"no\" if it is meant to end)")
}

// oneShot says that some service waits for the end of this one.
func (s *stack) oneShot(service types.ServiceConfig) bool {
	for _, other := range s.project.Services {
		if other.DependsOn[service.Name].Condition == types.ServiceConditionCompletedSuccessfully {
			return true
		}
	}
	return false
}

func volumeAnonymous(s *stack, service types.ServiceConfig, found finder) {
	for _, v := range service.Volumes {
		if v.Type == types.VolumeTypeVolume && v.Source == "" {
			found(s.at(service.Name, "volumes"), fmt.Sprintf("service %s keeps %s in an anonymous volume", service.Name, v.Target),
				"name the volume: data:"+v.Target+", and list it under volumes:")
		}
	}
}
