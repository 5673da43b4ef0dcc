package compose_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/longtest"
	"git.example/slipway/pipelines/config"
)

// livingInOthers has every way to refer to another container: agent is in web,
// probe in agent, two peers are with web's processes, files has the volumes of
// web and of a container that is not the stack's.
const livingInOthers = `
services:
  web:
    image: ${WEB_REPOSITORY}:${DEPLOY_TAG}
    init: true
    ipc: shareable
    volumes: [data:/data]
    healthcheck: {test: [CMD, test, -e, /www/version], interval: 500ms, timeout: 5s, retries: 3}
    stop_grace_period: 1s
  agent: &idle
    image: slipway-test/busybox:1
    init: true
    command: [sleep, "100000"]
    network_mode: service:web
    restart: always
    stop_grace_period: 1s
  probe:
    <<: *idle
    network_mode: service:agent
    ipc: service:web
  peers:
    <<: *idle
    network_mode: none
    pid: service:web
    scale: 2
  files:
    <<: *idle
    network_mode: none
    volumes_from: ["web:ro", "container:OUTSIDE"]
  engine:
    <<: *idle
    network_mode: none
    use_api_socket: true
volumes: {data: {}}
`

// drift is what verify finds, one line each.
func (s *stack) drift(tag string) []string {
	s.t.Helper()
	proofs, err := deploytest.Verify(s.t, s.deployment(tag))
	if err != nil {
		s.t.Fatal(err)
	}
	var found []string
	for _, d := range proofs["app"].Drift {
		found = append(found, strings.ReplaceAll(strings.TrimPrefix(d.String(), s.Dir+"/"), s.Project, "PROJECT"))
	}
	return found
}

// outside is a container that no stack has.
func outside(t *testing.T, name string, words ...string) {
	t.Helper()
	output(t, append(append([]string{"docker", "run", "-d", "--init", "--name", name}, words...), standIn, "sleep", "100000")...)
	t.Cleanup(func() { exec.Command("docker", "rm", "-f", "-v", name).Run() })
}

func inspect(t *testing.T, id, format string) string {
	t.Helper()
	return strings.TrimSpace(output(t, "docker", "inspect", "--format", format, id))
}

func TestServicesThatLiveInOthers(t *testing.T) {
	t.Parallel()
	for _, strategy := range []config.Strategy{config.Rolling, config.BlueGreen} {
		t.Run(string(strategy), func(t *testing.T) {
			t.Parallel()
			if strategy == config.BlueGreen {
				longtest.Need(t)
			}
			needDocker(t)
			other := fmt.Sprintf("sldep-outside-%d", deploytest.Number())
			outside(t, other, "-v", "/outside")
			s := newStack(t, strings.ReplaceAll(livingInOthers, "OUTSIDE", other))
			s.Config.Strategy = strategy
			s.image("1", "web", "ok")
			s.image("2", "web", "ok")
			s.image("3", "web", "unhealthy")
			joined := func(when, tag string) {
				t.Helper()
				if drift := s.drift(tag); len(drift) > 0 {
					t.Errorf("%s: %v", when, drift)
				}
				web := s.containers("web")
				agent, probe := s.containers("agent"), s.containers("probe")
				if len(web) != 1 || len(agent) != 1 || len(probe) != 1 || len(s.containers("peers")) != 2 || len(s.containers("files")) != 1 {
					t.Fatalf("%s: containers %v", when, s.all())
				}
				if mode := inspect(t, agent[0], "{{.HostConfig.NetworkMode}}"); mode != "container:"+web[0] {
					t.Errorf("%s: agent is in %s, web is %s", when, mode, web[0])
				}
				if mode := inspect(t, probe[0], "{{.HostConfig.NetworkMode}} {{.HostConfig.IpcMode}}"); mode != "container:"+agent[0]+" container:"+web[0] {
					t.Errorf("%s: probe is in %s", when, mode)
				}
				output(t, "docker", "exec", probe[0], "wget", "-q", "-O", "/dev/null", "http://127.0.0.1/version")
			}
			s.mustDeploy("1")
			result := s.mustDeploy("2")
			if diff := cmp.Diff([]string{"replace web", "restart agent", "restart files", "restart peers", "restart probe"}, kinds(result.Plans[0])); diff != "" {
				t.Errorf("plan (- want, + got):\n%s", diff)
			}
			joined("the second", "2")
			if again := s.mustDeploy("2"); !again.Plans[0].Empty() {
				t.Errorf("deploying the same again: %v", again.Plans[0].Changes)
			}
			if _, err := s.deploy("3"); err == nil {
				t.Error("an unhealthy release was deployed")
			}
			joined("back from a failed one", "2")
			if _, err := deploytest.Rollback(t, s.deployment("2"), "1"); err != nil {
				t.Fatal(err)
			}
			joined("rolled back", "1")
		})
	}
}

func TestLeftBehindByARestart(t *testing.T) {
	t.Parallel()
	needDocker(t)
	vpn := fmt.Sprintf("sldep-vpn-%d", deploytest.Number())
	s := newStack(t, `
services:
  web: {image: "${WEB_REPOSITORY}:${DEPLOY_TAG}", init: true, stop_grace_period: 1s}
  agent: &idle {image: slipway-test/busybox:1, init: true, command: [sleep, "100000"], network_mode: "service:web", stop_grace_period: 1s}
  tunnelled: {<<: *idle, network_mode: "container:`+vpn+`"}
`)
	s.image("1", "web", "ok")
	if _, err := s.deploy("1"); err == nil || !strings.Contains(err.Error(), `service "tunnelled": network_mode names the container "`+vpn+`", and this host has none`) {
		t.Fatalf("error: %v", err)
	}
	if len(s.all()) > 0 {
		t.Fatal("something was started for a release that can't start")
	}
	outside(t, vpn)
	s.mustDeploy("1")
	output(t, "docker", "restart", "-t", "0", s.containers("web")[0], vpn)
	want := []string{
		"agent state: got it is in the network that web had before that started again",
		"tunnelled state: got it is in the network that container " + vpn + " had before that started again",
	}
	if diff := cmp.Diff(want, s.drift("1")); diff != "" {
		t.Errorf("after a restart (- want, + got):\n%s", diff)
	}
	if got := kinds(s.mustDeploy("1").Plans[0]); !cmp.Equal(got, []string{"restart agent", "restart tunnelled"}) {
		t.Errorf("plan: %v", got)
	}
	output(t, "docker", "rm", "-f", vpn)
	outside(t, vpn)
	if diff := cmp.Diff([]string{"tunnelled state: got it is in the network of an earlier container " + vpn}, s.drift("1")); diff != "" {
		t.Errorf("after another container took its name (- want, + got):\n%s", diff)
	}
	s.mustDeploy("1")
	output(t, "docker", "rm", "-f", s.containers("web")[0])
	if got := kinds(s.mustDeploy("1").Plans[0]); !cmp.Equal(got, []string{"start web", "restart agent"}) && !cmp.Equal(got, []string{"start web", "recreate agent"}) {
		t.Errorf("plan: %v", got)
	}
	if drift := s.drift("1"); len(drift) > 0 {
		t.Error(drift)
	}
}
