// Package projecttest makes projects to test with: their files, and the workspace
// of one.
package projecttest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// Write writes a file of a project, and makes the directories that it is in.
func Write(t testing.TB, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Open opens the project in dir, of a commit that need not exist, with no other
// environment variables than env. Reporter may be nil.
func Open(t testing.TB, dir string, env map[string]string, reporter report.Reporter) *workspace.Workspace {
	t.Helper()
	w, err := workspace.Open(t.Context(), workspace.Options{
		Dir: dir, Engine: workspace.DockerEngine, Reporter: reporter, Lookup: Lookup(env), Overrides: Commit(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Lookup finds what env has.
func Lookup(env map[string]string) release.Lookup {
	return func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
}

// Commit is build 1 of a commit that need not exist.
func Commit() release.Overrides {
	return release.Overrides{Build: "1", Commit: strings.Repeat("1", 40)}
}
