package checks

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/workspace"
)

// serveRegistry serves a registry in memory and returns its host.
func serveRegistry(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// pushImage pushes an image like no other.
func pushImage(t *testing.T, reference string) {
	t.Helper()
	image, err := random.Image(64, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := crane.Push(image, reference); err != nil {
		t.Fatal(err)
	}
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
func openWith(t *testing.T, dir string, env map[string]string) *workspace.Workspace {
	t.Helper()
	w, err := workspace.Open(t.Context(), workspace.Options{
		Dir: dir, Engine: workspace.DockerEngine,
		Lookup:    func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Overrides: release.Overrides{Build: "1", Commit: strings.Repeat("1", 40)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// runnerIn runs checks of the project in dir, outside a publish.
func runnerIn(t *testing.T, w *workspace.Workspace) *Runner {
	t.Helper()
	catalog := images.New(w)
	runner, err := NewRunner(w, catalog, NewBuiltImages(w, catalog, nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = runner.Place() })
	return runner
}

// stageIn is a stage for the exports to dir.
func stageIn(t *testing.T, dir string) *exportStage {
	t.Helper()
	s, err := newExportStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.bringOut() })
	return s
}
