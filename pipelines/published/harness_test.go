package published

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
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
	inner := registrytest.Handler()
	host = registrytest.ServeHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.Method+" "+r.URL.Path)
		mu.Unlock()
		inner.ServeHTTP(w, r)
	}))
	return host, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return paths
	}
}

// open opens a project, of a commit that need not exist, and its registries.
// Images of a bake file are those that images gives.
func open(t *testing.T, text string, images func() (config.Map[config.Image], error)) *Registries {
	t.Helper()
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", text)
	return registriesOf(t, projecttest.Open(t, dir, nil, nil), images)
}

// registriesOf are those of a workspace.
func registriesOf(t *testing.T, w *workspace.Workspace, images func() (config.Map[config.Image], error)) *Registries {
	t.Helper()
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
	}, map[string][]byte{"slipway.yaml": []byte("version: 1\nproject: shop\n")}, nil)
	if err != nil {
		t.Fatal(err)
	}
}
