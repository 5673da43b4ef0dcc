package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGenerate writes the CI files through "dagger call generate".
func TestGenerate(t *testing.T) {
	needEngine(t)
	dir, _ := project(t, "pass", sample)
	for path, text := range map[string]string{".github/CODEOWNERS": "* @ana\n", ".circleci/config.yml": "version: 2.1\n"} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	const home = "git.example/slipway"
	const file = ".github/workflows/slipway.yml"
	if added := strings.TrimSpace(ok(t, dir, nil, "generate", "--module", home, "added-paths")); !strings.Contains(added, file) || strings.Contains(added, "circleci") {
		t.Fatalf("added %q, want %s and nothing of CircleCI", added, file)
	}
	ok(t, dir, nil, "generate", "--module", home, "after", "export", "--path", dir)
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil || !strings.Contains(string(text), "lint text") || !strings.Contains(string(text), "SLIPWAY: "+home+"@") {
		t.Fatalf("%v: %s", err, text)
	}
	if empty := strings.TrimSpace(ok(t, dir, nil, "generate", "--module", home, "is-empty")); empty != "true" {
		t.Errorf("generated again is-empty is %q, want true", empty)
	}

	const others = ".circleci/config.yml was not written by slipway init"
	if c := call(t, dir, nil, "generate", "--ci", "circleci"); c.code != 2 || !strings.Contains(c.message(), others) {
		t.Errorf("generate --ci circleci: exit code %d, want 2 and %q:\n%s", c.code, others, c.message())
	}
}
