package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
)

// TestElsewhere uses the module from a repository that has no code of it, as its
// blueprint and as one of its toolchains, with defaults from a .env file.
func TestElsewhere(t *testing.T) {
	needEngine(t)
	const broken = "  broken: {build: {context: image}, run: [/probe, fail]}\n"
	tests := map[string]struct {
		install [][]string
		under   []string
		env     string
	}{
		"blueprint": {
			install: [][]string{{"init", "--name=own", "--blueprint=./tools/slipway"}},
			env:     "CHECK_NAME=unit\n",
		},
		"toolchain": {
			install: [][]string{{"init", "--name=own"}, {"toolchain", "install", "./tools/slipway"}},
			under:   []string{"slipway"},
			env:     "SLIPWAY_CHECK_NAME=unit\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir, _ := project(t, "pass", strings.Replace(sample, "checks:\n", "checks:\n"+broken, 1))
			run := elsewhere(t, dir, test.install...)
			dagger := func(args ...string) string {
				out, err := run(args...)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			projecttest.Write(t, dir, ".env", test.env)
			checked := dagger(append(append([]string{"call"}, test.under...), "check", "json")...)
			if !strings.Contains(checked, `"unit"`) || strings.Contains(checked, `"broken"`) {
				t.Errorf("checked %s, want just the check that .env names", checked)
			}
			if err := os.Remove(filepath.Join(dir, ".env")); err != nil {
				t.Fatal(err)
			}
			if _, err := run("check"); err == nil || !strings.Contains(err.Error(), `check "broken" failed`) {
				t.Errorf("dagger check with a check that fails: %v", err)
			}
			config, err := os.ReadFile(filepath.Join(dir, "slipway.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			projecttest.Write(t, dir, "slipway.yaml", strings.Replace(string(config), broken, "", 1))
			dagger("check")
		})
	}
}

// elsewhere puts a copy of the module into the repository in dir and runs dagger to
// install it; it returns what runs dagger there.
func elsewhere(t *testing.T, dir string, install ...[]string) func(args ...string) (string, error) {
	t.Helper()
	module := filepath.Join(dir, "tools/slipway")
	run(t, exec.Command("git", "clone", "-q", "../..", module))
	if err := os.RemoveAll(filepath.Join(module, ".git")); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, error) {
		cmd := exec.Command("dagger", append([]string{"--silent"}, args...)...)
		cmd.Dir = dir
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("dagger %v: %w\n%s", args, err, stderr.String())
		}
		return string(out), err
	}
	for _, args := range install {
		if _, err := run(args...); err != nil {
			t.Fatal(err)
		}
	}
	return run
}
