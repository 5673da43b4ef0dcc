package daggerengine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slipwayhq/slipway/pipelines/engine"
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

func TestBuildPush(t *testing.T) {
	e, ctx := start(t)
	dir := files(t, map[string]string{"Dockerfile": "FROM alpine:3.20\nCOPY . /src\nRUN find /src > /list\n", "a/b": "x", ".dockerignore": "*\n!a\n"})
	b := engine.Build{Name: "x", Context: dir, Dockerfile: "Dockerfile", Platforms: []string{"linux/amd64"}, Labels: map[string]string{"k": "v"}}
	for range 3 {
		s := time.Now()
		built, err := e.Build(ctx, b, &engine.Push{Repository: "127.0.0.1:5000/de/x", Tag: "t1", Insecure: true}, os.Stderr)
		t.Log(built, err, time.Since(s))
	}
}
