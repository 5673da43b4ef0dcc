package registry_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/internal/longtest"
	"git.example/slipway/pipelines/registry"
)

// promoted is how many images a promotion has here.
const promoted = 10

// layerOf is a layer of so many bytes that no other seed has.
func layerOf(t *testing.T, seed byte, size int) v1.Layer {
	t.Helper()
	content := make([]byte, size)
	if _, err := rand.NewChaCha8([32]byte{seed}).Read(content); err != nil {
		t.Fatal(err)
	}
	return static.NewLayer(content, types.DockerLayer)
}

// pushImages pushes images of so many bytes each, of which a tenth is a layer that
// they share, and gives their digests.
func pushImages(t *testing.T, host string, size int) []string {
	t.Helper()
	base := layerOf(t, 255, size/10)
	var digests []string
	for i := range promoted {
		image, err := mutate.AppendLayers(empty.Image, base, layerOf(t, byte(i), size-size/10))
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, push(t, fmt.Sprintf("%s/staging/image%d:1", host, i), image))
	}
	return digests
}

func promoteImages(t *testing.T, c *registry.Client, from, to string, digests []string) {
	t.Helper()
	var group errgroup.Group
	for i, digest := range digests {
		group.Go(func() error {
			return c.Copy(t.Context(), fmt.Sprintf("%s/staging/image%d@%s", from, i, digest), fmt.Sprintf("%s/prod/image%d", to, i))
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i, digest := range digests {
		found, err := c.Resolve(t.Context(), fmt.Sprintf("%s/prod/image%d@%s", to, i, digest))
		if err != nil || found.Digest != digest {
			t.Errorf("image %d is %s in production, want %s: %v", i, found.Digest, digest, err)
		}
	}
}

// Ten images go from staging to production: within one registry no byte of a
// layer moves; between two each layer moves once, and several at a time.
func TestPromotionOfTenImages(t *testing.T) {
	for name, size := range map[string]int{"1 MB each": 1_000_000, "100 MB each": 100_000_000} {
		t.Run(name, func(t *testing.T) {
			if size > 10_000_000 {
				longtest.Need(t)
			}
			c := registry.New(registry.Options{RetryFor: time.Minute})
			server, other := serveDistribution(t), serveDistribution(t)
			digests := pushImages(t, server.host, size)
			server.take()
			promoteImages(t, c, server.host, server.host, digests)
			requests := server.take()
			if n := blobBytes(requests); n != 0 {
				t.Errorf("within one registry %d bytes of layers were sent", n)
			}
			if n := count(requests, http.MethodGet, "/blobs/"); n != 0 {
				t.Errorf("within one registry %d layers were read", n)
			}

			server.answer(together(t, 2))
			promoteImages(t, c, server.host, other.host, digests)
			reads := map[string]int{}
			for _, r := range server.take() {
				if r.method == http.MethodGet && strings.Contains(r.path, "/blobs/") {
					reads[r.path[strings.LastIndex(r.path, "/")+1:]]++
				}
			}
			if want := 2*promoted + 1; len(reads) != want { // a layer and a configuration each, and the layer they share
				t.Errorf("between two registries %d blobs were read, want %d", len(reads), want)
			}
			for blob, n := range reads {
				if n != 1 {
					t.Errorf("between two registries %s was read %d times", blob, n)
				}
			}
			least := int64(promoted*(size-size/10) + size/10)
			if sent := blobBytes(other.take()); sent < least || sent > least+100_000 {
				t.Errorf("between two registries %d bytes were sent, want the layers' %d and the configurations", sent, least)
			}
		})
	}
}

// together holds the first reader of a blob until so many read at the same time.
func together(t *testing.T, want int) func(http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	all, readers := make(chan struct{}), 0
	return func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		mu.Lock()
		if readers++; readers == want {
			close(all)
		}
		mu.Unlock()
		select {
		case <-all:
		case <-time.After(30 * time.Second):
			t.Errorf("%d layers are never read at a time", want)
		}
		return false
	}
}
