package registry_test

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	memory "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/slipwayhq/slipway/pipelines/registry"
)

// wireRegistry is an in-memory registry that records its requests and can
// answer some of them itself.
type wireRegistry struct {
	host string

	mu       sync.Mutex
	requests []request
	// intercept answers a request when it returns true.
	intercept func(http.ResponseWriter, *http.Request) bool
}

type request struct {
	method, path, query string
	bytes               int64
}

func serve(t *testing.T) *wireRegistry {
	t.Helper()
	return serveHandler(t, memory.New(memory.Logger(log.New(io.Discard, "", 0))))
}

func serveHandler(t *testing.T, inner http.Handler) *wireRegistry {
	t.Helper()
	w := &wireRegistry{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body := &countingBody{ReadCloser: r.Body}
		r.Body = body
		w.mu.Lock()
		intercept := w.intercept
		w.mu.Unlock()
		if intercept == nil || !intercept(rw, r) {
			inner.ServeHTTP(rw, r)
		}
		w.mu.Lock()
		w.requests = append(w.requests, request{r.Method, r.URL.Path, r.URL.RawQuery, body.n})
		w.mu.Unlock()
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	w.host = strings.TrimPrefix(server.URL, "http://")
	return w
}

type countingBody struct {
	io.ReadCloser
	n int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

// answer sets intercept.
func (w *wireRegistry) answer(f func(http.ResponseWriter, *http.Request) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.intercept = f
}

// take returns the requests since the last call.
func (w *wireRegistry) take() []request {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.requests
	w.requests = nil
	return taken
}

func count(requests []request, method, part string) (n int) {
	for _, r := range requests {
		if r.method == method && strings.Contains(r.path, part) {
			n++
		}
	}
	return n
}

// refuse answers with an error as the distribution specification has it.
func refuse(w http.ResponseWriter, status int, code, message string) bool {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"errors":[{"code":"`+code+`","message":"`+message+`"}]}`)
	return true
}

// pushImage pushes a random image of one layer under reference and returns its digest.
func pushImage(t *testing.T, reference string) string {
	t.Helper()
	image, err := random.Image(64<<10, 1)
	if err != nil {
		t.Fatal(err)
	}
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{OS: "linux", Architecture: "arm64", Variant: "v8"})
	if err != nil {
		t.Fatal(err)
	}
	layer, err := random.Layer(64<<10, "application/vnd.oci.image.layer.v1.tar+gzip")
	if err != nil {
		t.Fatal(err)
	}
	if image, err = mutate.AppendLayers(image, layer); err != nil {
		t.Fatal(err)
	}
	return push(t, reference, image)
}

func push(t *testing.T, reference string, it interface {
	remote.Taggable
	Digest() (v1.Hash, error)
}) string {
	t.Helper()
	ref, err := name.ParseReference(reference)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Push(ref, it); err != nil {
		t.Fatal(err)
	}
	digest, err := it.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

// client is a client without logins whose waits are short.
func client(t *testing.T) *registry.Client {
	t.Helper()
	return registry.New(registry.Options{RetryFor: 2 * time.Second, Settle: 20 * time.Millisecond})
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
