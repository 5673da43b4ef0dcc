package compose_test

import (
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
)

// Services that live in others, in other ways than a plain sidecar: each deploys,
// follows the next release, and is then as it should be.
func TestReferencesOfOtherKinds(t *testing.T) {
	t.Parallel()
	const web = `
services:
  web: {image: "${WEB_REPOSITORY}:${DEPLOY_TAG}", init: true, stop_grace_period: 1s, WEB}
  agent: &idle {image: slipway-test/busybox:1, init: true, command: [sleep, "100000"], stop_grace_period: 1s, AGENT}
`
	for name, test := range map[string]struct {
		web, agent, more string
		strategy         config.Strategy
	}{
		"by the name that the file gives": {web: "container_name: NAME-web", agent: "network_mode: 'container:NAME-web'"},
		"one of several":                  {web: "scale: 2", agent: "network_mode: 'service:web'"},
		"several in one":                  {agent: "network_mode: 'service:web', scale: 2"},
		"starts again with it":            {agent: "network_mode: 'service:web', depends_on: {web: {condition: service_started, restart: true}}"},
		"of one that is stopped first":    {web: "deploy: {update_config: {order: stop-first}}, ipc: shareable", agent: "ipc: 'service:web', network_mode: none"},
		"volumes of volumes":              {web: "volumes: [/data]", agent: "volumes_from: [web]", more: "  third: {<<: *idle, volumes_from: ['agent:ro']}\n"},
		"in a profile":                    {agent: "network_mode: 'service:web', profiles: [debug]", more: "  third: {<<: *idle, network_mode: 'service:web'}\n"},
		"all at once":                     {agent: "network_mode: 'service:web', pid: 'service:web'", strategy: config.BlueGreen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, "")
			file := strings.NewReplacer("WEB}", test.web+"}", "AGENT}", test.agent+"}").Replace(web) + test.more
			s.Files["compose.yml"] = strings.ReplaceAll(file, "NAME", s.Project)
			if test.strategy != "" {
				s.Config.Strategy = test.strategy
			}
			s.image("1", "web", "ok")
			s.image("2", "web", "ok")
			s.mustDeploy("1")
			s.mustDeploy("2")
			if again := s.mustDeploy("2").Plans[0]; !again.Empty() {
				t.Errorf("the same again: %v", kinds(again))
			}
			if drift := s.drift("2"); len(drift) > 0 {
				t.Errorf("drift: %v", drift)
			}
			webs := s.containers("web")
			for _, id := range append(s.containers("agent"), s.containers("third")...) {
				for _, mode := range strings.Fields(inspect(t, id, "{{.HostConfig.NetworkMode}} {{.HostConfig.PidMode}} {{.HostConfig.IpcMode}}")) {
					other, in := strings.CutPrefix(mode, "container:")
					if in && !strings.Contains(strings.Join(webs, " ")+" "+s.Project+"-web", other) {
						t.Errorf("%.12s is in %s, and web is %v", id, mode, webs)
					}
				}
			}
		})
	}
}
