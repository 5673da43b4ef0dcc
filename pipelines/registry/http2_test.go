package registry_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/registry"
)

// A stream of HTTP/2 that is reset, and a server that goes away in the middle of
// an answer, are tried again.
func TestHTTP2ThatIsCutOff(t *testing.T) {
	t.Parallel()
	var cut atomic.Int32
	inner := registrytest.Handler()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/manifests/") && cut.Add(1) <= 3 {
			panic(http.ErrAbortHandler) // RST_STREAM
		}
		inner.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "https://")
	c := registry.New(registry.Options{RetryFor: 10 * time.Second})
	if _, err := c.Resolve(testContext(t), host+"/shop/api:1"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("got %v, want the registry's answer", err)
	}
	if cut.Load() <= 3 {
		t.Errorf("it was asked %d times", cut.Load())
	}
}
