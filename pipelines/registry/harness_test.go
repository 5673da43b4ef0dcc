package registry_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/registry/embedded"
)

// wireRegistry is an in-memory registry that records its requests and can
// answer some of them itself.
type wireRegistry struct {
	host string

	mu       sync.Mutex
	requests []request
	busy     sync.WaitGroup
	// intercept answers a request when it returns true.
	intercept func(http.ResponseWriter, *http.Request) bool
}

type request struct {
	method, path, query string
	bytes               int64
}

func serve(t *testing.T) *wireRegistry {
	t.Helper()
	return serveHandler(t, registrytest.Handler())
}

func serveHandler(t *testing.T, inner http.Handler) *wireRegistry {
	t.Helper()
	w := &wireRegistry{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body := &countingBody{ReadCloser: r.Body}
		r.Body = body
		w.mu.Lock()
		intercept := w.intercept
		w.busy.Add(1) // a client may have its answer before we return
		w.mu.Unlock()
		defer w.busy.Done()
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

// take returns the requests since the last call, once all of them have ended.
func (w *wireRegistry) take() []request {
	w.busy.Wait()
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

// randomImage is an image of two layers.
func randomImage(t *testing.T, platform v1.Platform) v1.Image {
	t.Helper()
	image, err := random.Image(64<<10, 2)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Variant = platform.OS, platform.Architecture, platform.Variant
	if image, err = mutate.ConfigFile(image, config); err != nil {
		t.Fatal(err)
	}
	return image
}

// pushImage pushes a random image under reference and returns its digest.
func pushImage(t *testing.T, reference string) string {
	t.Helper()
	return push(t, reference, randomImage(t, v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}))
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

// serveDistribution is distribution behind a proxy that records the requests:
// unlike the in-memory registry it keeps the blobs of repositories apart.
func serveDistribution(t *testing.T) *wireRegistry {
	t.Helper()
	server, err := embedded.Serve(t.Context(), embedded.Options{Address: "127.0.0.1:0", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return serveHandler(t, httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: server.Address()}))
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// serveAt serves an empty in-memory registry on address.
func serveAt(t *testing.T, address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	server := &http.Server{Handler: registrytest.Handler()}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }()
}
