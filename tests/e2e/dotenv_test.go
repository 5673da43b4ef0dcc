package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
)

// TestDotEnv uses the module as a blueprint beside a .env file that is there for
// compose: no line of it chooses a release.
func TestDotEnv(t *testing.T) {
	needEngine(t)
	dir, _ := project(t, "pass", sample)
	elsewhere(t, dir, []string{"init", "--name=own", "--blueprint=./tools/slipway"})
	in := func(env string, args ...string) (string, int) {
		projecttest.Write(t, dir, ".env", env)
		cmd := exec.Command("dagger", append([]string{"--progress", "plain", "call"}, args...)...)
		cmd.Dir = dir
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	tests := map[string]struct {
		env  string
		args []string
		want string
	}{
		"a tag to deploy":    {"SITE=a\nDEPLOY_TAG=1_1111111\n", []string{"deploy", "--env", "staging"}, ".env:2: Dagger takes DEPLOY_TAG for deploy --tag"},
		"one with variables": {"DEPLOY_TAG=${X:-1}\n", []string{"deploy", "--env", "staging"}, ".env:1: Dagger takes DEPLOY_TAG for deploy --tag"},
		"a tag to go to":     {"rollback_to='1_1111111'\n", []string{"rollback"}, ".env:1: Dagger takes rollback_to for rollback --to"},
		"a branch":           {"BRANCH=main\n", []string{"lint"}, ".env:1: Dagger takes BRANCH for --branch"},
		"a commit":           {"SLIPWAY_COMMIT=" + strings.Repeat("1", 40) + "\n", []string{"publish"}, ".env:1: Dagger takes SLIPWAY_COMMIT for --commit"},
		"a configuration":    {"CONFIG=other.yaml\n", []string{"check"}, ".env:1: Dagger takes CONFIG for --config"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if out, code := in(test.env, test.args...); code != 2 || !strings.Contains(out, test.want) {
				t.Errorf("exit code %d, want 2 and %q\n%s", code, test.want, out)
			}
		})
	}
	t.Run("what is typed goes before it", func(t *testing.T) {
		if out, code := in("BRANCH=main\nDEPLOY_TAG=2\n", "--branch", "other", "lint", "text"); code != 0 {
			t.Errorf("exit code %d\n%s", code, out)
		}
	})
}
