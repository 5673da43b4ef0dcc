package dockerengine

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/engine"
)

func TestProbeSaysWhatIsMissing(t *testing.T) {
	real, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("no docker command on this machine")
	}
	tests := []struct {
		name, program, host, config string
		problem, next               string
	}{
		{"not installed", "docker-that-is-not-there", "", "", "not installed", "install it"},
		{"not running", real, "unix://" + filepath.Join(t.TempDir(), "no.sock"), "", "does not run", "start it"},
		{"no permission", script(t, `echo "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock" >&2; exit 1`),
			"", "", "permission denied", "usermod"},
		{"no buildx", script(t, `case $1 in info) echo '{"error":null,"status":[]}';; *) echo "docker: 'buildx' is not a docker command." >&2; exit 1;; esac`),
			"", "", "buildx is not installed", "install it"},
		{"something else", script(t, `echo "the moon is full" >&2; exit 1`), "", "", "the moon is full", "docker version"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.host != "" {
				t.Setenv("DOCKER_HOST", test.host)
			}
			err := New(Options{Program: test.program, Dir: filepath.Join(t.TempDir(), "s")}).Probe(t.Context())
			var missing *engine.Unavailable
			if !errors.As(err, &missing) {
				t.Fatalf("got %v, want an *engine.Unavailable", err)
			}
			for _, text := range []string{test.problem, test.next} {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("the error lacks %q: %v", text, err)
				}
			}
		})
	}
}

func TestProbeReadsTheBackend(t *testing.T) {
	tests := []struct {
		name, status, inspect string
		want                  backend
	}{
		{"classic", `[["Backing Filesystem","extfs"]]`, "Name: default\nDriver: docker\n\nNodes:\nBuildKit version: v0.8+unknown", backend{driver: "docker", old: true}},
		{"containerd", `[["driver-type","io.containerd.snapshotter.v1"]]`, "Driver:          docker\nBuildKit version: v0.25.1", backend{driver: "docker", containerd: true}},
		{"container", `null`, "Driver: docker-container\nBuildKit version: v0.0.0+unknown", backend{driver: "docker-container"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			program := script(t, `case $1 in info) echo '{"error":null,"status":`+test.status+`}';; *) echo "`+test.inspect+`";; esac`)
			got, err := New(Options{Program: program}).probe.backend(t.Context())
			if err != nil || got != test.want {
				t.Errorf("got %+v and %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestUnsupported(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, filepath.Join(dir, "Dockerfile"), "FROM scratch\n")
	mustWrite(t, filepath.Join(dir, "own"), "# syntax=docker/dockerfile:1\nFROM scratch\n")
	several := engine.Build{Name: "api", Platforms: []string{"linux/amd64", "linux/arm64"}}
	cached := engine.Build{Name: "api", CacheTo: []string{"type=registry,ref=r.example/c"}}
	inline := engine.Build{Name: "api", CacheTo: []string{"type=inline"}}
	named := engine.Build{Name: "api", Context: dir, Dockerfile: "Dockerfile", Contexts: map[string]string{"a": "/a"}}
	frontend := named
	frontend.Dockerfile = "own"
	classic, containerd, container := backend{driver: "docker", old: true}, backend{driver: "docker", containerd: true}, backend{driver: "docker-container"}
	tests := []struct {
		name  string
		build engine.Build
		with  backend
		want  string
	}{
		{"platforms, classic", several, classic, "several platforms"},
		{"platforms, containerd", several, containerd, ""},
		{"platforms, container", several, container, ""},
		{"cache-to, classic", cached, classic, "cache-to"},
		{"cache-to inline, classic", inline, classic, ""},
		{"cache-to, container", cached, container, ""},
		{"context, old", named, classic, "named build contexts"},
		{"context, old, own frontend", frontend, classic, ""},
		{"context, new", named, containerd, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := unsupported(test.build, test.with)
			var refused *engine.Unsupported
			if errors.As(err, &refused) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestDockerIsNotTouchedWithoutNeed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scratch")
	e := New(Options{Program: "docker-that-is-not-there", Dir: dir})
	if err := e.Supports(t.Context(), engine.Build{Name: "api", Platforms: []string{"linux/amd64"}}); err != nil {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a scratch directory was made")
	}
}

func TestSupportsEndsWithItsContext(t *testing.T) {
	e := New(Options{Program: script(t, "exec sleep 60")})
	cause := errors.New("the user stopped it")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	err := e.Supports(ctx, engine.Build{Name: "api", Platforms: []string{"linux/amd64", "linux/arm64"}})
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}

// script is an executable with a body for sh.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "docker")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
