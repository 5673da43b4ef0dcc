package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// webAndProxy is a proxy that resolves the web service's name when it starts.
const webAndProxy = `
services:
  web: {image: "${WEB_REPOSITORY}:${DEPLOY_TAG}", init: true, stop_grace_period: 1s}
  proxy:
    image: slipway-test/busybox:1
    init: true
    command: [sleep, "100000"]
    ports: ["127.0.0.1::8080"]
    depends_on: {web: {condition: service_started, restart: RESTART}}
    stop_grace_period: 1s
`

func TestProxyRestartsWithWhatItDependsOn(t *testing.T) {
	t.Parallel()
	s := newStack(t, strings.ReplaceAll(webAndProxy, "RESTART", "true"))
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	s.mustDeploy("1")
	proxy := s.containers("proxy")

	second := s.mustDeploy("2")
	if got := kinds(second.Plans[0]); !cmp.Equal(got, []string{"replace web", "restart proxy"}) {
		t.Errorf("plan: %v", got)
	}
	if now := s.containers("proxy"); len(now) != 1 || now[0] == proxy[0] {
		t.Errorf("the proxy was not started anew: %v, before %v", now, proxy)
	}
	if again := s.mustDeploy("2"); !again.Plans[0].Empty() {
		t.Errorf("deploying the same release again changes something: %v", again.Plans[0].Changes)
	}
}

func TestProxyThatStaysIsNoted(t *testing.T) {
	t.Parallel()
	s := newStack(t, strings.ReplaceAll(webAndProxy, "RESTART", "false"))
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	s.mustDeploy("1")
	plan := s.mustDeploy("2").Plans[0]
	if got := kinds(plan); !cmp.Equal(got, []string{"replace web"}) {
		t.Errorf("plan: %v", got)
	}
	if len(plan.Notes) != 1 || !strings.Contains(plan.Notes[0], "depends_on: {web: {condition: service_started, restart: true}}") {
		t.Errorf("notes: %q", plan.Notes)
	}
}
