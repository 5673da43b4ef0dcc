package targets

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// serveRegistry serves a registry in memory and returns its host.
func serveRegistry(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// openWith opens the project in dir, of a commit that need not exist.
func openWith(t *testing.T, dir string, env map[string]string, reporter report.Reporter) *Environments {
	t.Helper()
	w, err := workspace.Open(t.Context(), workspace.Options{
		Dir: dir, Engine: workspace.DockerEngine, Reporter: reporter,
		Lookup:    func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Overrides: release.Overrides{Build: "1", Commit: strings.Repeat("1", 40)},
	})
	if err != nil {
		t.Fatal(err)
	}
	named := func(context.Context) (config.Map[config.Image], error) { return w.Config.Images.Named, nil }
	e := New(w, published.New(w, false, named))
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// prod is the environment called prod, with its targets.
func (e *Environments) prod(t *testing.T) *Environment {
	t.Helper()
	environment, err := e.workspace.Environment("prod")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := e.Open(t.Context(), environment, nil)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// notices keeps what a user is told.
type notices []string

func (n *notices) Report(e report.Event) {
	if notice, ok := e.(report.Notice); ok {
		*n = append(*n, notice.Text)
	}
}
