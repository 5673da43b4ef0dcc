package compose_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
)

func TestRollback(t *testing.T) {
	t.Parallel()
	s := newStack(t, withData)
	for _, tag := range []string{"1", "2", "4"} {
		s.image(tag, "web", "ok")
	}
	s.image("3", "web", "unhealthy")
	s.Config.Before = []config.Step{{Service: "web", Run: config.Command{"migrate", "up"}}}
	s.mustDeploy("1")
	s.mustDeploy("2")
	if _, err := s.deploy("3"); err == nil {
		t.Fatal("an unhealthy release was deployed")
	}
	s.mustDeploy("4")
	rollback := func(to string, down ...deploy.Step) (rollout.Result, error) {
		d := s.deployment("4")
		d.Down = down
		return deploytest.Rollback(t, d, to)
	}
	result, err := rollback("", deploy.Step{Target: "app", Service: "web", Command: []string{"migrate", "down"}})
	if err != nil || result.Entry.Tag != "2" || s.version("web") != "2" {
		t.Fatalf("rolled back to %q, %v; want 2, not the failed 3", result.Entry.Tag, err)
	}
	if got, want := read(t, s.Dir, "data/log"), strings.Repeat("migrated by up\n", 4)+"migrated by down\n"; got != want {
		t.Errorf("steps that ran:\n%s\nwant:\n%s", got, want)
	}
	if result, err = rollback(""); err != nil || result.Entry.Tag != "1" {
		t.Errorf("rolled back again to %q, %v; want 1, not forward to 4", result.Entry.Tag, err)
	}
	if _, err := rollback(""); err == nil || !strings.Contains(err.Error(), "no release before 1") {
		t.Errorf("error: %v", err)
	}
	if _, err := rollback("3"); err == nil || !strings.Contains(err.Error(), "failed here") {
		t.Errorf("error: %v", err)
	}
	if _, err := rollback("9"); err == nil || !strings.Contains(err.Error(), "never deployed here") {
		t.Errorf("error: %v", err)
	}
	if _, err := rollback("4"); err != nil || s.version("web") != "4" {
		t.Errorf("rolling back to a named release: %v, web serves %s", err, s.version("web"))
	}
	want := []string{"1 deployed", "2 deployed", "3 rolled-back", "4 deployed", "2 rollback", "1 rollback", "4 rollback"}
	if !cmp.Equal(s.outcomes(), want) {
		t.Errorf("history %v, want %v", s.outcomes(), want)
	}
}

func TestVerifyFindsDrift(t *testing.T) {
	t.Parallel()
	s := newStack(t, strings.Replace(webAndDB, "  web:", "  web:\n    env_file: [.env]", 1))
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	s.Env = map[string]string{"A": "1"}
	s.mustDeploy("1")
	verify := func() []string {
		t.Helper()
		proofs, err := deploytest.Verify(t, s.deployment("1"))
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, d := range proofs["app"].Drift {
			found = append(found, strings.TrimPrefix(d.Subject, s.Dir+"/")+" "+d.Kind)
		}
		return found
	}
	if drift := verify(); len(drift) > 0 {
		t.Errorf("drift after a deploy: %v", drift)
	}
	output(t, "docker", "stop", "-t", "0", s.containers("db")[0])
	if want := []string{"db state"}; !cmp.Equal(verify(), want) {
		t.Errorf("a stopped database: %v, want %v", verify(), want)
	}
	write(t, s.Dir, ".env", read(t, s.Dir, ".env")+"B=2\n")
	output(t, "docker", "rm", "-f", s.containers("web")[0])
	if want := []string{".env env", "db state", "web missing"}; !cmp.Equal(verify(), want) {
		t.Errorf("edited, stopped, removed: %v, want %v", verify(), want)
	}
	output(t, "docker", "run", "-d", "--name", s.Project+"-drifted", "--label", "com.docker.compose.project="+s.Project,
		"--label", "com.docker.compose.service=web", "--label", "com.docker.compose.oneoff=False", s.Images["1"]["web"].Repository()+":2")
	if want := []string{".env env", "db state", "web image"}; !cmp.Equal(verify(), want) {
		t.Errorf("another image: %v, want %v", verify(), want)
	}
	s.mustDeploy("1")
	if drift := verify(); len(drift) > 0 {
		t.Errorf("drift after deploying again: %v", drift)
	}
}

func TestPruneKeepsWhatRollbackNeeds(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.Keep = 2
	foreign := deploytest.PushProgram(t, s.Project+"/foreign", "1", appScript("ok"))
	output(t, "docker", "pull", "-q", foreign.Reference)
	t.Cleanup(func() { output(t, "docker", "image", "rm", foreign.Reference) })
	for _, tag := range []string{"1", "2", "3"} {
		s.image(tag, "web", "ok")
		s.mustDeploy(tag)
	}
	has := func(reference string) bool { return exec.Command("docker", "image", "inspect", reference).Run() == nil }
	for tag, want := range map[string]bool{"1": false, "2": true, "3": true} {
		if got := has(s.Images[tag]["web"].Reference); got != want {
			t.Errorf("image of release %s is there: %v, want %v", tag, got, want)
		}
	}
	if !has(foreign.Reference) {
		t.Error("an image that is not ours was removed")
	}
	if _, err := deploytest.Rollback(t, s.deployment("3"), "1"); err == nil || !strings.Contains(err.Error(), "older than the releases kept") {
		t.Errorf("error: %v", err)
	}
	if _, err := deploytest.Rollback(t, s.deployment("3"), ""); err != nil {
		t.Error(err)
	}
}
