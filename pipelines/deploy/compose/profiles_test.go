package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
)

// withProfiles has a service that needs a profile, one that may be missing and
// is needed by another, and one that nobody activates.
const withProfiles = `
services:
  web: {image: "${WEB_REPOSITORY}:${DEPLOY_TAG}", init: true, stop_grace_period: 1s, depends_on: {cache: {condition: service_started, required: false}}}
  tool: &idle {image: slipway-test/busybox:1, init: true, command: [sleep, "100000"], profiles: [debug], stop_grace_period: 1s}
  cache: {<<: *idle, profiles: [fast, quick]}
  never: {<<: *idle, image: "slipway-test/no-such-image:1", profiles: [never]}
`

func TestProfiles(t *testing.T) {
	t.Parallel()
	s := newStack(t, withProfiles)
	s.image("1", "web", "ok")
	runs := func(when string, want ...string) {
		t.Helper()
		var got []string
		for _, service := range []string{"cache", "never", "tool", "web"} {
			if len(s.containers(service)) > 0 {
				got = append(got, service)
			}
		}
		if !cmp.Equal(got, want) {
			t.Errorf("%s: %v run, want %v", when, got, want)
		}
		if drift := s.drift("1"); len(drift) > 0 {
			t.Errorf("%s: %v", when, drift)
		}
	}
	s.mustDeploy("1")
	runs("no profile", "web")
	s.Env = map[string]string{"COMPOSE_PROFILES": "debug"}
	s.mustDeploy("1")
	runs("one in the env file that is written", "tool", "web")
	output(t, "docker", "rm", "-f", s.containers("tool")[0])
	if diff := cmp.Diff([]string{"tool missing: want 1 container: got 0 containers"}, s.drift("1")); diff != "" {
		t.Errorf("without it (- want, + got):\n%s", diff)
	}
	s.Env["COMPOSE_PROFILES"] = "debug, quick"
	s.mustDeploy("1")
	runs("two", "cache", "tool", "web")
	s.Env["COMPOSE_PROFILES"] = "quick"
	s.mustDeploy("1")
	runs("one less: what a release started goes", "cache", "web")

	s.Env = nil
	s.mustDeploy("1")
	runs("none again", "web")
	write(t, s.Dir, ".env", "COMPOSE_PROFILES=fast\n")
	s.mustDeploy("1")
	runs("one in a .env made by hand", "cache", "web")
	s.Config.Env, s.Env = &config.EnvFile{File: "app.env"}, map[string]string{"COMPOSE_PROFILES": "debug"}
	plan := s.mustDeploy("1").Plans[0]
	if notes := strings.Join(plan.Notes, "\n"); !strings.Contains(notes, "COMPOSE_PROFILES is in app.env, and compose reads it in .env alone") {
		t.Errorf("notes: %s", notes)
	}
	runs("one in a file that compose does not read", "cache", "web")
}

func TestStartedByHand(t *testing.T) {
	t.Parallel()
	s := newStack(t, withProfiles)
	s.image("1", "web", "ok")
	s.mustDeploy("1")
	output(t, "docker", "run", "-d", "--name", s.Project+"-tool-1", "--label", "com.docker.compose.project="+s.Project, "--label", "com.docker.compose.service=tool",
		"--label", "com.docker.compose.oneoff=False", standIn, "sleep", "100000")
	plan := s.mustDeploy("1").Plans[0]
	if !plan.Empty() || len(plan.Notes) != 1 || !strings.Contains(plan.Notes[0], `service "tool" runs, and none of its profiles is active (debug)`) {
		t.Errorf("plan: %v, notes %q", kinds(plan), plan.Notes)
	}
	if drift := s.drift("1"); len(drift) > 0 {
		t.Error(drift)
	}
}
