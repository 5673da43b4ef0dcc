package published

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/workspace"
)

// serveRegistry serves a registry in memory, and returns its host and the paths
// that were asked for.
func serveRegistry(t *testing.T) (host string, asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var paths []string
	inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.Method+" "+r.URL.Path)
		mu.Unlock()
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return paths
	}
}

// pushImage pushes an image like no other and returns its digest.
func pushImage(t *testing.T, reference string) string {
	t.Helper()
	image, err := random.Image(64, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := crane.Push(image, reference); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

// open opens a project, of a commit that need not exist, and its registries.
// Images of a bake file are those that images gives.
func open(t *testing.T, text string, images func() (config.Map[config.Image], error)) *Registries {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "slipway.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Open(t.Context(), workspace.Options{
		Dir: dir, Engine: workspace.DockerEngine,
		Lookup:    func(string) (string, bool) { return "", false },
		Overrides: release.Overrides{Build: "1", Commit: strings.Repeat("1", 40)},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := New(w, false, func(context.Context) (config.Map[config.Image], error) {
		if images == nil {
			return w.Config.Images.Named, nil
		}
		return images()
	})
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// to is the registry of that name.
func (r *Registries) to(t *testing.T, name string) Destination {
	t.Helper()
	d, err := r.Destination(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// record puts a record of this commit into a repository.
func (r *Registries) record(t *testing.T, repository, tag string, created time.Time) {
	t.Helper()
	_, err := r.workspace.Registry.PutRecord(t.Context(), repository, release.Record{
		Version: 1, Project: "shop", Tag: tag, Commit: r.workspace.Info.Commit, Created: created,
		Images: map[string]release.RecordedImage{"api": {
			Digest: "sha256:" + strings.Repeat("a", 64), Content: content.Tag(content.Digest("test")),
		}},
	}, map[string][]byte{"slipway.yaml": []byte("version: 1\nproject: shop\n")})
	if err != nil {
		t.Fatal(err)
	}
}
