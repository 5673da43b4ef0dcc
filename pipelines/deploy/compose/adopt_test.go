package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// startByHand starts a stack as its users did before Slipway.
func (s *stack) startByHand(tag string) {
	s.t.Helper()
	image := s.Images[tag]["web"]
	write(s.t, s.Dir, "docker-compose.yml", strings.ReplaceAll(webAndDB, "${WEB_REPOSITORY}:${DEPLOY_TAG}", image.Repository()+":"+tag))
	output(s.t, "docker", "compose", "--project-directory", s.Dir, "-f", s.Dir+"/docker-compose.yml", "-p", s.Project, "up", "-d")
}

func TestAdoption(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("0", "web", "ok")
	s.image("1", "web", "ok")
	s.startByHand("0")
	db := s.containers("db")
	result := s.mustDeploy("1")
	if want := "adopt-stack " + s.Project; kinds(result.Plans[0])[0] != want {
		t.Errorf("plan %v, want %v first", kinds(result.Plans[0]), want)
	}
	if got := s.version("web"); got != "1" {
		t.Errorf("web serves %q", got)
	}
	if !cmp.Equal(db, s.containers("db")) {
		t.Error("the adopted database was recreated although nothing of it changed")
	}
	if want := []string{"adopted adopted", "1 deployed"}; !cmp.Equal(s.outcomes(), want) {
		t.Errorf("history %v, want %v", s.outcomes(), want)
	}
}

func TestFailureGoesBackToAdoptedStack(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"rolling", "fixed port"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, webAndDB)
			s.image("0", "web", "ok")
			s.image("1", "web", "unhealthy")
			if mode == "fixed port" {
				s.Files["compose.yml"] = strings.Replace(webAndDB, "  web:", "  web:\n    container_name: "+s.Project+"-web\n", 1)
			}
			s.Files["compose.yml"] += "  extra:\n    image: slipway-test/busybox:1\n    init: true\n    command: [sleep, \"1000\"]\n"
			s.Env = map[string]string{"A": "1"}
			s.startByHand("0")
			_, err := s.deploy("1")
			if err == nil || !strings.Contains(err.Error(), "adopted runs again") {
				t.Errorf("error: %v", err)
			}
			if got := s.version("web"); got != "0" {
				t.Errorf("web serves %q", got)
			}
			if len(s.all()) != 2 {
				t.Errorf("containers: %v", s.all())
			}
			if want := []string{"adopted adopted", "1 rolled-back"}; !cmp.Equal(s.outcomes(), want) {
				t.Errorf("history %v, want %v", s.outcomes(), want)
			}
		})
	}
}

// A stack that can't be started again the same way is refused, not lost.
func TestStackThatCannotComeBackIsNotAdopted(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("0", "web", "ok")
	s.image("1", "web", "ok")
	s.startByHand("0")
	before := s.all()
	for content, want := range map[string]string{
		"services: {web: {image: \"${ONLY_IN_A_SHELL:?}\"}}\n": "ONLY_IN_A_SHELL",
		"": "can't be read",
	} {
		if write(s.t, s.Dir, "docker-compose.yml", content); content == "" {
			output(t, "rm", s.Dir+"/docker-compose.yml")
		}
		if _, err := s.deploy("1"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if !cmp.Equal(before, s.all()) {
		t.Error("containers changed")
	}
}
