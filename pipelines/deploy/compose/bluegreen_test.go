package compose_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/rollout"
)

// threeServices are web and page, which run twice, and cron, which does not.
const threeServices = `
services:
  web:
    image: ${WEB_REPOSITORY}:${DEPLOY_TAG}
    init: true
    depends_on: [api]
    healthcheck: &check {test: [CMD, test, -e, /www/version], interval: 500ms, timeout: 5s, retries: 3}
    stop_grace_period: 1s
  api:
    image: ${API_REPOSITORY}:${DEPLOY_TAG}
    init: true
    healthcheck: *check
    stop_grace_period: 1s
  cron:
    image: ${API_REPOSITORY}:${DEPLOY_TAG}
    init: true
    deploy: {update_config: {order: stop-first}}
    healthcheck: *check
    stop_grace_period: 1s
`

// With blue-green nothing old stops before everything new is healthy.
func TestBlueGreenIsAllOrNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, threeServices)
	s.Config.Strategy = config.BlueGreen
	for tag, web := range map[string]string{"1": "ok", "2": "unhealthy", "3": "ok"} {
		s.image(tag, "web", web)
		s.image(tag, "api", "ok")
	}
	s.mustDeploy("1")
	before := s.all()
	_, err := s.deploy("2")
	var failure *rollout.Failure
	if !errors.As(err, &failure) || failure.ReturnedTo != "1" {
		t.Fatalf("error: %v", err)
	}
	if diff := cmp.Diff(before, s.all()); diff != "" {
		t.Errorf("containers after a release whose web is not healthy (- before, + after):\n%s", diff)
	}
	third := s.mustDeploy("3")
	if want := []string{"replace api", "replace web", "recreate cron"}; !cmp.Equal(kinds(third.Plans[0]), want) {
		t.Errorf("plan %v, want %v", kinds(third.Plans[0]), want)
	}
	for _, service := range []string{"web", "api", "cron"} {
		if got := s.version(service); got != "3" {
			t.Errorf("%s serves %q", service, got)
		}
	}
}
