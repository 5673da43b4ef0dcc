package daggerengine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/pipelines/engine"
)

// environment is a lookup in vars.
func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

// program writes an executable shell script and returns its directory.
func program(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		name, script, _ := strings.Cut(name, "=")
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAvailable(t *testing.T) {
	both, cli := program(t, "dagger", "podman"), program(t, "dagger")
	tests := map[string]struct {
		vars  map[string]string
		there bool
		why   string
	}{
		"nothing":         {map[string]string{"PATH": t.TempDir()}, false, "no dagger command"},
		"session":         {map[string]string{"PATH": "", sessionPort: "1234", sessionToken: "t"}, true, "inside a Dagger session"},
		"half a session":  {map[string]string{"PATH": t.TempDir(), sessionPort: "1234"}, false, "no dagger command"},
		"only the CLI":    {map[string]string{"PATH": cli}, false, "nothing to run its engine"},
		"own engine":      {map[string]string{"PATH": both}, true, "on podman"},
		"remote engine":   {map[string]string{"PATH": cli, runnerHost: "tcp://me:pw@build:1234"}, true, "tcp://build:1234"},
		"CLI by variable": {map[string]string{"PATH": t.TempDir(), cliVariable: filepath.Join(cli, "dagger"), runnerHost: "unix:///x"}, true, "unix:///x"},
		"CLI gone":        {map[string]string{"PATH": cli, cliVariable: "/gone/dagger", runnerHost: "unix:///x"}, false, "no dagger command"},
		"relative PATH":   {map[string]string{"PATH": ".:bin", runnerHost: "unix:///x"}, false, "no dagger command"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			there, why := Available(environment(tc.vars))
			if there != tc.there || !strings.Contains(why, tc.why) || strings.Contains(why, "pw") {
				t.Errorf("got %v, %q", there, why)
			}
		})
	}
}

func TestNewWithoutEngine(t *testing.T) {
	tests := map[string]struct {
		vars map[string]string
		want []string
	}{
		"no CLI":       {map[string]string{"PATH": t.TempDir()}, []string{"no dagger command", "--engine docker"}},
		"CLI fails":    {map[string]string{"PATH": program(t, "dagger=echo no engine here >&2; exit 1"), runnerHost: "tcp://build:1"}, []string{"tcp://build:1", "no engine here", "--engine docker"}},
		"CLI is quiet": {map[string]string{"PATH": program(t, "dagger=exit 3")}, []string{"exit status 3", "--engine docker"}},
		"CLI hangs":    {map[string]string{"PATH": program(t, "dagger=echo still trying >&2; exec sleep 60")}, []string{"waited 300ms", "still trying", "--engine docker"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			started := time.Now()
			_, err := New(t.Context(), Options{Lookup: environment(tc.vars), Timeout: 300 * time.Millisecond})
			var unavailable *engine.Unavailable
			if !errors.As(err, &unavailable) {
				t.Fatalf("got %v, want an *engine.Unavailable", err)
			}
			for _, text := range tc.want {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("the error lacks %q: %v", text, err)
				}
			}
			if took := time.Since(started); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestNewCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("the user stopped it")
	time.AfterFunc(100*time.Millisecond, func() { cancel(cause) })
	vars := map[string]string{"PATH": program(t, "dagger=exec sleep 60")}
	if _, err := New(ctx, Options{Lookup: environment(vars)}); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}
