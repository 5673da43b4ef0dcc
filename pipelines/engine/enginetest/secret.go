package enginetest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// canary is a secret that must be found nowhere. It is put together at run time
// so that no command line of the test itself has it.
var canary = strings.Join([]string{"canary", "7f3a91", "do", "not", "leak"}, "-")

var secretCases = []testCase{
	{"of a build", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, `
-- Dockerfile --
FROM BASE
RUN --mount=type=secret,id=token sleep 1; test -s /run/secrets/token
`)
		b.Secrets = map[string]secrets.Value{"token": secrets.NewValue(canary)}
		seen := watchProcesses()
		var log output
		built, err := f.engine.Build(ctx, b, &engine.Push{Repository: f.host + "/secret", Tag: "throw-away-2", Insecure: true}, &log)
		if err != nil {
			t.Fatal(err)
		}
		noCanary(t, "a command line", seen())
		noCanary(t, "the log", log.String())
		noCanary(t, "the image", everything(t, fetch(t, built.Reference)))
	}},
	{"of a build that fails", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nRUN --mount=type=secret,id=token test -s /run/secrets/token && exit 3\n")
		b.Secrets = map[string]secrets.Value{"token": secrets.NewValue(canary)}
		var log output
		_, err := f.engine.Build(ctx, b, nil, &log)
		if err == nil {
			t.Fatal("it was built")
		}
		noCanary(t, "the error", err.Error())
		noCanary(t, "the log", log.String())
	}},
	{"of a check", func(ctx context.Context, t *testing.T, f *fixture) {
		seen := watchProcesses()
		log, result := f.run(ctx, t, engine.Run{Secrets: map[string]secrets.Value{"TOKEN": secrets.NewValue(canary)},
			Command: []string{"sh", "-c", `sleep 1; test -n "$TOKEN"`}})
		if result.ExitCode != 0 {
			t.Errorf("exit code %d", result.ExitCode)
		}
		noCanary(t, "a command line", seen())
		noCanary(t, "the log", log)
	}},
	{"of a compose check", func(ctx context.Context, t *testing.T, f *fixture) {
		seen := watchProcesses()
		log, result := f.compose(ctx, t, engine.Compose{Secrets: map[string]secrets.Value{"TOKEN": secrets.NewValue(canary)},
			Files: f.composeFile(t, `
services:
  tests: {image: BASE, environment: {TOKEN: "${TOKEN}"}, command: [sh, -c, "sleep 1; test -n \"$$TOKEN\""]}
`)})
		if result.ExitCode != 0 {
			t.Errorf("exit code %d\n%s", result.ExitCode, log)
		}
		noCanary(t, "a command line", seen())
		noCanary(t, "the log", log)
	}},
	{"of a login", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nRUN sleep 1\n")
		seen := watchProcesses()
		var log output
		to := engine.Push{Repository: f.serveProtected(t, "somebody", canary) + "/login", Tag: "throw-away-3", Insecure: true,
			Auth: &engine.Auth{Username: "somebody", Password: secrets.NewValue(canary)}}
		if _, err := f.engine.Build(ctx, b, &to, &log); err != nil {
			t.Fatal(err)
		}
		noCanary(t, "a command line", seen())
		noCanary(t, "the log", log.String())
	}},
}

func noCanary(t *testing.T, where, text string) {
	t.Helper()
	if strings.Contains(text, canary) {
		t.Errorf("the secret is in %s", where)
	}
}

// watchProcesses reads the command lines of all processes until its result is
// called, which returns them.
func watchProcesses() (seen func() string) {
	stop, done := make(chan struct{}), make(chan string)
	go func() {
		lines := map[string]bool{}
		for {
			files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, file := range files {
				if line, err := os.ReadFile(file); err == nil { // else it just ended
					lines[string(line)] = true
				}
			}
			select {
			case <-stop:
				var all strings.Builder
				for line := range lines {
					all.WriteString(line + "\n")
				}
				done <- all.String()
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() string {
		close(stop)
		return <-done
	}
}

// everything is an image's manifest, configuration with its history, and layers.
func everything(t *testing.T, image v1.Image) string {
	t.Helper()
	manifest, err := image.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	history, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	all.Write(manifest)
	all.Write(history)
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range layers {
		content, err := layer.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			t.Fatal(err)
		}
		content.Close()
	}
	return all.String()
}
