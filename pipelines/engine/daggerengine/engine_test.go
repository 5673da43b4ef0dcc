package daggerengine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// start is an engine; where none can be reached the test is skipped.
func start(t *testing.T) (*Engine, context.Context) {
	t.Helper()
	if there, why := Available(os.LookupEnv); !there {
		t.Skip("no Dagger engine: " + why)
	}
	if _, ok := os.LookupEnv(runnerHost); !ok && !insideSession(os.LookupEnv) {
		t.Skip(runnerHost + " is not set: starting an engine takes too long for a test")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	e, err := New(ctx, Options{Lookup: os.LookupEnv})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, ctx
}

// files writes a directory.
func files(t *testing.T, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range contents {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
