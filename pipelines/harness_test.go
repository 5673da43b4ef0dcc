package pipelines_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/engine/enginetest"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// wire is a registry in memory that counts what it is sent.
type wire struct {
	host  string
	inner http.Handler

	mu sync.Mutex
	// blobBytes were uploaded, manifests were put, in order.
	blobBytes int64
	manifests []string
	// onManifest is called before a manifest is stored.
	onManifest func(path string)
}

func serveWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{inner: registrytest.Handler()}
	w.host = registrytest.ServeHandler(t, w)
	return w
}

func (w *wire) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/") {
		w.mu.Lock()
		w.manifests = append(w.manifests, r.URL.Path)
		hook := w.onManifest
		w.mu.Unlock()
		if hook != nil {
			hook(r.URL.Path)
		}
	}
	if r.Method == http.MethodPut { // a real registry stores nothing of a request that was cut
		whole, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(out, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(whole))
	}
	body := &counted{ReadCloser: r.Body}
	r.Body = body
	w.inner.ServeHTTP(out, r)
	if strings.Contains(r.URL.Path, "/blobs/uploads/") {
		w.mu.Lock()
		w.blobBytes += body.n
		w.mu.Unlock()
	}
}

func (w *wire) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.blobBytes, w.manifests = 0, nil
}

type counted struct {
	io.ReadCloser
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += int64(n)
	return n, err
}

// repository makes a git repository with one commit of files. BASE in a file
// stands for a base image that can be pulled, REGISTRY for the registry.
func repository(t *testing.T, w *wire, files map[string]string) string {
	t.Helper()
	_, base := enginetest.Base(t)
	dir := t.TempDir()
	commit(t, dir, expand(files, "BASE", base, "REGISTRY", w.host))
	return dir
}

func expand(files map[string]string, pairs ...string) map[string]string {
	replacer, expanded := strings.NewReplacer(pairs...), map[string]string{}
	for name, content := range files {
		expanded[name] = replacer.Replace(content)
	}
	return expanded
}

// commit writes files and commits everything.
func commit(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "init", "-q")
	git(t, dir, "add", "-A")
	git(t, dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "--allow-empty", "-m", "x")
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// open opens the project in dir as CI build number build would.
func open(t *testing.T, dir, build string, reporter report.Reporter, env map[string]string) *pipelines.Project {
	t.Helper()
	home := map[string]string{"HOME": t.TempDir(), "PATH": os.Getenv("PATH")}
	maps.Copy(home, env)
	p, err := pipelines.Open(t.Context(), pipelines.Options{
		Dir: dir, Engine: pipelines.DockerEngine, Reporter: reporter,
		Lookup:    projecttest.Lookup(home),
		Overrides: release.Overrides{Build: build},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func publish(t *testing.T, p *pipelines.Project) pipelines.Published {
	t.Helper()
	published, err := p.Publish(context.WithoutCancel(t.Context()), pipelines.PublishOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return published
}

// needDocker skips where no Docker engine answers.
func needDocker(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("docker", "version").CombinedOutput(); err != nil {
		t.Skipf("no Docker engine answers: %v\n%s", err, out)
	}
}

func digests(p pipelines.Published) map[string]string {
	all := map[string]string{}
	for _, image := range p.Images {
		all[image.Name] = image.Digest
	}
	return all
}
