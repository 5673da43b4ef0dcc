package compose_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
)

func TestFirstDeployThenRolling(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")

	first := s.mustDeploy("1")
	if got := kinds(first.Plans[0]); !cmp.Equal(got, []string{"create network " + s.Project + "_default", "start db", "start web"}) {
		t.Errorf("first plan: %v", got)
	}
	if got := s.version("web"); got != "1" {
		t.Errorf("after the first deploy web serves %q", got)
	}
	web, db := s.containers("web"), s.containers("db")

	again := s.mustDeploy("1")
	if !again.Plans[0].Empty() || !cmp.Equal(s.containers("web"), web) {
		t.Errorf("deploying the same release again changed something: %v", again.Plans[0].Changes)
	}

	second := s.mustDeploy("2")
	if got := kinds(second.Plans[0]); !cmp.Equal(got, []string{"replace web"}) {
		t.Errorf("second plan: %v", got)
	}
	if got := s.version("web"); got != "2" {
		t.Errorf("after the second deploy web serves %q", got)
	}
	if !cmp.Equal(s.containers("db"), db) {
		t.Error("the database was touched by a deploy that did not change it")
	}
	if second.Previous != "1" || len(second.Proofs["app"].Running) != 2 {
		t.Errorf("result: %+v", second)
	}
	if want := []string{"1 deployed", "2 deployed"}; !cmp.Equal(s.outcomes(), want) {
		t.Errorf("history %v, want %v", s.outcomes(), want)
	}
}

func kinds(p deploy.Plan) []string {
	var all []string
	for _, c := range p.Changes {
		all = append(all, string(c.Kind)+" "+c.Subject)
	}
	return all
}

func TestScaleIsKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, strings.Replace(webAndDB, "  web:", "  web:\n    scale: 2", 1))
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	s.mustDeploy("1")
	s.mustDeploy("2")
	if got := s.version("web"); got != "2 2" {
		t.Errorf("web serves %q, want two containers of release 2", got)
	}
}

func TestFixedPortIsRecreated(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	s := newStack(t, strings.Replace(webAndDB, "  web:", "  web:\n    ports: [\"127.0.0.1:"+port+":80\"]", 1))
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	s.mustDeploy("1")
	result := s.mustDeploy("2")
	if got := kinds(result.Plans[0]); !cmp.Equal(got, []string{"recreate web"}) {
		t.Errorf("plan: %v", got)
	}
	if note := result.Plans[0].Changes[0].Note; !strings.Contains(note, port) {
		t.Errorf("the plan does not say why it is recreated: %q", note)
	}
	if got := s.version("web"); got != "2" {
		t.Errorf("web serves %q", got)
	}
}

func TestFailureGoesBack(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, behaviour, port string
		want                  []string
	}{
		{"unhealthy", "unhealthy", "", []string{"unhealthy", "health check"}},
		{"crash loop", "crash", "", []string{"exit code 7", "about to crash"}},
		{"unhealthy on a fixed port", "unhealthy", "fixed", []string{"unhealthy"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := webAndDB
			if test.port != "" {
				file = strings.Replace(file, "  web:", "  web:\n    ports: [\"127.0.0.1:"+freePort(t)+":80\"]", 1)
			}
			s := newStack(t, strings.Replace(file, "  web:", "  web:\n    restart: always", 1))
			s.image("1", "web", "ok")
			s.image("2", "web", test.behaviour)
			s.mustDeploy("1")
			before := s.containers("web")

			_, err := s.deploy("2")
			var failure *rollout.Failure
			if !errors.As(err, &failure) || failure.ReturnedTo != "1" {
				t.Fatalf("error: %v", err)
			}
			var stopped *deploy.Stopped
			if !errors.As(err, &stopped) || stopped.Subject != "web" {
				t.Errorf("no facts about the container: %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q: %v", want, err)
				}
			}
			if got := s.version("web"); got != "1" {
				t.Errorf("web serves %q, want the release before", got)
			}
			if test.port == "" && !slices.Equal(before, s.containers("web")) {
				t.Error("the old container did not keep serving")
			}
			if n := len(s.all()); n != 2 {
				t.Errorf("%d containers are there, want 2", n)
			}
			if want := []string{"1 deployed", "2 rolled-back"}; !cmp.Equal(s.outcomes(), want) {
				t.Errorf("history %v, want %v", s.outcomes(), want)
			}
		})
	}
}

func TestFailedFirstDeployLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("1", "web", "unhealthy")
	if _, err := s.deploy("1"); err == nil {
		t.Fatal("an unhealthy release was deployed")
	}
	if left := s.all(); len(left) > 0 {
		t.Errorf("containers are left: %v", left)
	}
	if networks := output(t, "docker", "network", "ls", "-q", "--filter", "label=com.docker.compose.project="+s.Project); networks != "" {
		t.Errorf("networks are left: %v", networks)
	}
	s.image("2", "web", "ok")
	s.mustDeploy("2")
	if want := []string{"1 failed", "2 deployed"}; !cmp.Equal(s.outcomes(), want) {
		t.Errorf("history %v, want %v", s.outcomes(), want)
	}
}
