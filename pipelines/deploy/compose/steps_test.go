package compose_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
)

// withData is webAndDB with a directory of the host's for migrations to write to.
var withData = strings.Replace(webAndDB, "  web:", "  web:\n    volumes: [\"./data:/data\"]", 1)

func TestStepsRunOnceBeforeAndAfter(t *testing.T) {
	t.Parallel()
	s := newStack(t, withData)
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	s.Config.Before = []config.Step{{Service: "web", Run: config.Command{"migrate", "before"}}}
	s.Config.After = []config.Step{{Service: "web", Run: config.Command{"migrate", "after"}}}
	result := s.mustDeploy("1")
	if want := []string{"create network " + s.Project + "_default", "start db", "run web", "start web", "run web"}; !cmp.Equal(kinds(result.Plans[0]), want) {
		t.Errorf("plan %v, want %v: the database first, then the step, then the rest", kinds(result.Plans[0]), want)
	}
	if again := s.mustDeploy("1"); !again.Plans[0].Empty() {
		t.Errorf("the same release again: %v", kinds(again.Plans[0]))
	}
	s.mustDeploy("2")
	want := strings.Repeat("migrated by before\nmigrated by after\n", 2)
	if got := read(t, s.Dir, "data/log"); got != want {
		t.Errorf("steps that ran:\n%s\nwant:\n%s", got, want)
	}
}

func TestStepThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, step string
		timeout    time.Duration
		want       []string
	}{
		{"exit code", "refuse", 0, []string{"exit code 3", "this migration fails", "1 runs again"}},
		{"timeout", "hang", 2 * time.Second, []string{"took too long"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, withData)
			s.image("1", "web", "ok")
			s.image("2", "web", "ok")
			s.Env = map[string]string{"A": "1"}
			s.mustDeploy("1")
			before, env := s.all(), read(t, s.Dir, ".env")
			s.Env = map[string]string{"A": "2"}
			s.Config.Before = []config.Step{{Service: "web", Run: config.Command{test.step}, Timeout: config.Duration(test.timeout)}}
			_, err := s.deploy("2")
			if err == nil {
				t.Fatal("the deploy went on after its migration failed")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q: %v", want, err)
				}
			}
			if !cmp.Equal(before, s.all()) {
				t.Error("containers changed")
			}
			if got := read(t, s.Dir, ".env"); got != env {
				t.Errorf("the env file stayed changed: %s", got)
			}
		})
	}
}

func TestEnvFile(t *testing.T) {
	t.Parallel()
	s := newStack(t, strings.Replace(webAndDB, "  web:", "  web:\n    env_file: [.env]\n    environment: {OTHER: \"${GREETING}\"}", 1))
	s.image("1", "web", "ok")
	s.Env = map[string]string{"GREETING": "it's a $HOME \"quoted\" #1", "OLD": "x"}
	s.mustDeploy("1")
	info, err := os.Stat(filepath.Join(s.Dir, ".env"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("env file: %v %v", info, err)
	}
	for _, name := range []string{"GREETING", "OTHER"} {
		got := output(t, "docker", "exec", s.containers("web")[0], "sh", "-c", "echo \"$"+name+"\"")
		if strings.TrimSpace(got) != s.Env["GREETING"] {
			t.Errorf("%s is %q in the container", name, got)
		}
	}
	again := s.mustDeploy("1")
	if !again.Plans[0].Empty() {
		t.Errorf("the same again: %v", kinds(again.Plans[0]))
	}
	s.Env = map[string]string{"GREETING": "bye", "NEW": "canary-value"}
	changed := s.mustDeploy("1")
	if want := []string{"env-change GREETING", "env-add NEW", "env-remove OLD", "replace web"}; !cmp.Equal(kinds(changed.Plans[0]), want) {
		t.Errorf("plan %v, want %v", kinds(changed.Plans[0]), want)
	}
	if strings.Contains(toJSON(t, changed), "canary-value") {
		t.Error("a value is in the result")
	}
	want := []string{".env", ".slipway/test/snapshots/2/env.json"}
	if got := holding(t, s.Dir, "canary-value"); !cmp.Equal(got, want) {
		t.Errorf("files with a value: %v, want %v", got, want)
	}
}

func TestHandMadeEnvFileIsKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("1", "web", "ok")
	write(t, s.Dir, ".env", "MINE=1\n")
	s.Env = map[string]string{"A": "1"}
	_, err := s.deploy("1")
	if err == nil || !strings.Contains(err.Error(), "made it by hand") {
		t.Errorf("error: %v", err)
	}
	if got := read(t, s.Dir, ".env"); got != "MINE=1\n" || len(s.all()) > 0 {
		t.Errorf("something was changed: %q, %v", got, s.all())
	}
}

func TestServiceThatEnds(t *testing.T) {
	t.Parallel()
	s := newStack(t, `
services:
  web:
    image: ${WEB_REPOSITORY}:${DEPLOY_TAG}
    init: true
    depends_on: {prepare: {condition: service_completed_successfully}}
    stop_grace_period: 1s
  prepare:
    image: ${PREPARE_REPOSITORY}:${DEPLOY_TAG}
`)
	s.image("1", "web", "ok")
	s.image("1", "prepare", "end")
	s.mustDeploy("1")
	if again := s.mustDeploy("1"); !again.Plans[0].Empty() {
		t.Errorf("the same again: %v", kinds(again.Plans[0]))
	}
	s.image("2", "web", "ok")
	s.image("2", "prepare", "crash")
	if _, err := s.deploy("2"); err == nil || !strings.Contains(err.Error(), "exit code 7") {
		t.Errorf("error: %v", err)
	}
	if got := s.version("web"); got != "1" {
		t.Errorf("web serves %q", got)
	}
}

func TestServicesComeAndGo(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	s := newStack(t, strings.Replace(webAndDB, "  web:", "  old:\n    image: slipway-test/busybox:1\n    init: true\n    command: [sleep, \"1000\"]\n    stop_grace_period: 1s\n    ports: [\"127.0.0.1:"+port+":80\"]\n  web:", 1))
	s.image("1", "web", "ok")
	s.mustDeploy("1")
	output(t, "docker", "run", "-d", "--name", s.Project+"-own", "--label", "com.docker.compose.project="+s.Project, "--label", "com.docker.compose.service=own",
		"--label", "com.docker.compose.oneoff=False", "slipway-test/busybox:1", "sleep", "1000")
	s.Files["compose.yml"] = strings.Replace(webAndDB, "  web:", "  web:\n    ports: [\"127.0.0.1:"+port+":80\"]", 1)
	s.image("2", "web", "ok")
	result := s.mustDeploy("2")
	if want := []string{"remove old", "recreate web"}; !cmp.Equal(kinds(result.Plans[0]), want) {
		t.Errorf("plan %v, want %v", kinds(result.Plans[0]), want)
	}
	if len(s.containers("old")) > 0 || len(s.containers("own")) != 1 {
		t.Error("want our old service gone, and what somebody else started left alone")
	}
}
