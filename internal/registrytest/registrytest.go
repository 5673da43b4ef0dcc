// Package registrytest serves real registries in memory, and puts images in them.
package registrytest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
)

// Handler answers as a registry that is empty at first. It writes no log.
func Handler() http.Handler { return registry.New(registry.Logger(log.New(io.Discard, "", 0))) }

// Serve serves a registry until the test ends, and gives its "127.0.0.1:port".
func Serve(t testing.TB) (host string) {
	t.Helper()
	return ServeHandler(t, Handler())
}

// ServeHandler is Serve for a handler of the caller's own.
func ServeHandler(t testing.TB, h http.Handler) (host string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// Push pushes an image like no other, and gives its digest.
func Push(t testing.TB, reference string) (digest string) {
	t.Helper()
	image, err := random.Image(64, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := crane.Push(image, reference); err != nil {
		t.Fatal(err)
	}
	hash, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return hash.String()
}
