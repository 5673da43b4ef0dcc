package compose_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/longtest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/rollout"
)

// behindProxy is a web service with a proxy, which keeps what it has read in
// /tmp/seen. It refuses to read while there is a file proxy/refuse.
const behindProxy = `
services:
  web:
    image: ${WEB_REPOSITORY}:${DEPLOY_TAG}
    init: true
    volumes: ["./data:/data"]
    healthcheck: {test: [CMD, test, -e, /www/version], interval: 500ms, timeout: 5s, retries: 3}
    stop_grace_period: 1s
    pre_stop: [{command: [sh, -c, 'echo "leaving $$WHO" >>/data/log'], environment: [WHO=now]}]
  proxy:
    image: slipway-test/busybox:1
    init: true
    command: [sleep, "100000"]
    volumes: ["./proxy:/up"]
    stop_grace_period: 1s
`

// switched is a stack with that proxy, and release "0" in it.
func switched(t *testing.T, strategy config.Strategy) *stack {
	t.Helper()
	s := newStack(t, behindProxy)
	s.Files["deploy/list.tmpl"] = "{{range .web}}{{.Name}} {{.Address}}\n{{end}}"
	s.Config.Strategy, s.Config.Drain = strategy, config.Duration(600*time.Millisecond)
	s.Config.Switch = &config.ProxySwitch{
		Service: "proxy", File: "proxy/list", Template: "deploy/list.tmpl",
		Run: config.Command{"sh", "-c", "echo reading; sleep 0.5; test ! -e /up/refuse || { echo no thanks; exit 3; }; cat /up/list >/tmp/seen"},
	}
	s.image("0", "web", "ok")
	s.mustDeploy("0")
	return s
}

// seen is what the proxy has read.
func (s *stack) seen() string {
	s.t.Helper()
	return output(s.t, "docker", "exec", s.containers("proxy")[0], "cat", "/tmp/seen")
}

// listed is what the proxy's file is to have: the web containers that run.
func (s *stack) listed() string {
	s.t.Helper()
	var lines []string
	for _, id := range s.containers("web") {
		line := output(s.t, "docker", "inspect", "--format", "{{slice .Name 1}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", id)
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func (s *stack) wantSwitched(release string) {
	s.t.Helper()
	if got := s.version("web"); got != release {
		s.t.Errorf("web serves %q, want %q", got, release)
	}
	if diff := cmp.Diff(s.listed(), read(s.t, s.Dir, "proxy/list")); diff != "" {
		s.t.Errorf("the proxy's file (- want, + got):\n%s", diff)
	}
	if diff := cmp.Diff(s.listed(), s.seen()); diff != "" {
		s.t.Errorf("what the proxy has read (- want, + got):\n%s", diff)
	}
}

func TestKilledAroundTheSwitch(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	phases := []string{"log web: starting", "log web: healthy", "log proxy: switching", "log reading", "log web: stopping", "start verify"}
	for _, strategy := range []config.Strategy{config.Rolling, config.BlueGreen} {
		t.Run(string(strategy), func(t *testing.T) {
			t.Parallel()
			s := switched(t, strategy)
			s.image("bad", "web", "unhealthy")
			s.image("1", "web", "ok")
			s.mustDeploy("1") // the proxy runs now
			live := "1"
			for i, phase := range phases {
				if strategy == config.Rolling && i%2 == 0 {
					continue // with one service it is nearly the same
				}
				tag := string(rune('a' + i))
				s.image(tag, "web", "ok")
				s.runChild(tag, phase)
				if !slices.ContainsFunc(strings.Fields(s.seen()), func(word string) bool {
					return strings.Contains(output(t, "docker", "ps", "--format", "{{.Names}}"), word+"\n")
				}) {
					t.Errorf("killed at %q: the proxy knows only containers that are gone: %s", phase, s.seen())
				}
				switch i % 3 {
				case 0: // the next run completes it
					if _, err := s.deploy(tag); err != nil {
						t.Fatalf("killed at %q, the same again: %v", phase, err)
					}
					live = tag
				case 1: // another release comes
					other := tag + "2"
					s.image(other, "web", "ok")
					if _, err := s.deploy(other); err != nil {
						t.Fatalf("killed at %q, then another release: %v", phase, err)
					}
					live = other
				case 2: // another one comes and fails: what was live before the kill is back
					_, err := s.deploy("bad")
					var failure *rollout.Failure
					if !errors.As(err, &failure) || failure.ReturnedTo != live {
						t.Fatalf("killed at %q, then a bad release: %v", phase, err)
					}
				}
				s.wantSwitched(live)
				if n := len(s.all()); n != 2 {
					t.Fatalf("killed at %q: %d containers, want 2", phase, n)
				}
			}
		})
	}
}

// A proxy that can't read its new file keeps the old one, and the old release
// serves on.
func TestFailedSwitchGoesBack(t *testing.T) {
	t.Parallel()
	s := switched(t, config.BlueGreen)
	s.image("1", "web", "ok")
	s.mustDeploy("1")
	before := s.containers("web")
	write(t, filepath.Join(s.Dir, "proxy"), "refuse", "")
	s.image("2", "web", "ok")
	_, err := s.deploy("2")
	var failure *rollout.Failure
	if !errors.As(err, &failure) || failure.ReturnedTo != "1" || !strings.Contains(err.Error(), "no thanks") {
		t.Fatalf("error: %v", err)
	}
	if !cmp.Equal(before, s.containers("web")) {
		t.Error("the old container did not keep serving")
	}
	s.wantSwitched("1")
	output(t, "rm", filepath.Join(s.Dir, "proxy", "refuse"))
	s.mustDeploy("2")
	s.wantSwitched("2")
}

// The proxy's file is made good when it was edited, and when a container came
// back with another address.
func TestSwitchIsMadeGood(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	s := switched(t, config.Rolling)
	s.wantSwitchAgain(nil)
	write(t, filepath.Join(s.Dir, "proxy"), "list", "mine\n")
	proofs, err := deploytest.Verify(t, s.deployment("0"))
	if err != nil || len(proofs["app"].Drift) != 1 || proofs["app"].Drift[0].Subject != "proxy/list" {
		t.Errorf("drift %v, %v", proofs["app"].Drift, err)
	}
	s.wantSwitchAgain([]string{"switch proxy"})
	web := s.containers("web")[0]
	output(t, "docker", "stop", "-t", "0", web)
	// Somebody else takes its address.
	output(t, "docker", "run", "-d", "--name", s.Project+"-else", "--label", "com.docker.compose.project="+s.Project+"x",
		"--network", s.Project+"_default", "slipway-test/busybox:1", "sleep", "1000")
	t.Cleanup(func() { output(t, "docker", "rm", "-f", s.Project+"-else") })
	output(t, "docker", "start", web)
	s.wantSwitchAgain([]string{"switch proxy"})
	s.wantSwitchAgain(nil)
	output(t, "docker", "rm", "-f", s.Project+"-else")
	s.Config.Scale = config.Map[int]{{Name: "web", Value: 3}}
	s.mustDeploy("0")
	s.wantSwitched("0 0 0")
	s.Config.Scale = config.Map[int]{{Name: "web", Value: 1}}
	s.mustDeploy("0")
	s.wantSwitched("0")
	if got := read(t, s.Dir, "data/log"); got != "leaving now\nleaving now\n" {
		t.Errorf("pre_stop of 2 containers: %q", got)
	}
}

func (s *stack) wantSwitchAgain(want []string) {
	s.t.Helper()
	if got := kinds(s.mustDeploy("0").Plans[0]); !cmp.Equal(got, want) {
		s.t.Errorf("plan %v, want %v", got, want)
	}
}
