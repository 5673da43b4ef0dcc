package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestElsewhere uses the module from a repository that has no code of it, as its
// blueprint and as one of its toolchains, with defaults from a .env file.
func TestElsewhere(t *testing.T) {
	needEngine(t)
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
			dir, _ := project(t, "pass", strings.Replace(sample, "checks:", "checks:\n  broken: {build: {context: image}, run: [/absent]}", 1))
			module := filepath.Join(dir, "tools/slipway")
			run(t, exec.Command("git", "clone", "-q", "../..", module))
			if err := os.RemoveAll(filepath.Join(module, ".git")); err != nil {
				t.Fatal(err)
			}
			dagger := func(args ...string) string {
				cmd := exec.Command("dagger", append([]string{"--silent"}, args...)...)
				cmd.Dir = dir
				var stderr strings.Builder
				cmd.Stderr = &stderr
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("dagger %v: %v\n%s", args, err, stderr.String())
				}
				return string(out)
			}
			for _, args := range test.install {
				dagger(args...)
			}
			write(t, dir, ".env", test.env)
			checked := dagger(append(append([]string{"call"}, test.under...), "check", "json")...)
			if !strings.Contains(checked, `"unit"`) || strings.Contains(checked, `"broken"`) {
				t.Errorf("checked %s, want just the check that .env names", checked)
			}
		})
	}
}
