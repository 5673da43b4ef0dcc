package registry_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"git.example/slipway/pipelines/registry"
)

// impatient is a client that gives up after stall, tells after 100 ms, and tries
// once.
func impatient(to *notices, stall time.Duration) *registry.Client {
	return registry.New(registry.Options{Stall: stall, Tell: 100 * time.Millisecond, RetryFor: time.Nanosecond,
		Settle: time.Millisecond, Reporter: to})
}

// drip writes a byte a time for ever, or until the client is gone.
func drip(w http.ResponseWriter, r *http.Request, each time.Duration) {
	for r.Context().Err() == nil {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(each):
		}
	}
}

func TestRegistriesThatDoNotGetOn(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, test := range map[string]struct {
		// when says which requests are answered with answer.
		when   func(*http.Request) bool
		answer func(http.ResponseWriter, *http.Request)
		want   []string
		stall  time.Duration
		do     func(ctx context.Context, t *testing.T, c *registry.Client, host, digest string) error
	}{
		"hangs at the first request": {when: func(r *http.Request) bool { return r.URL.Path == "/v2/" }, answer: hang, want: []string{"no answer for 1.5s"}},
		"hangs at a manifest":        {when: func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/manifests/") }, answer: hang, want: []string{"no answer for 1.5s"}},
		"drips a manifest": {
			when:   func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/manifests/") },
			answer: func(w http.ResponseWriter, r *http.Request) { drip(w, r, 20*time.Millisecond) }, want: []string{"download stalled at ", "for 1.5s"}},
		"drips a list of tags": {
			when:   func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/tags/") },
			answer: func(w http.ResponseWriter, r *http.Request) { drip(w, r, 20*time.Millisecond) }, want: []string{"download stalled at "},
			do: func(ctx context.Context, t *testing.T, c *registry.Client, host, _ string) error {
				for _, err := range c.Tags(ctx, host+"/shop/api") {
					if err != nil {
						return err
					}
				}
				return nil
			}},
		"stalls in a blob": {
			when: func(r *http.Request) bool {
				return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/")
			},
			answer: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "3000000")
				_, _ = w.Write(make([]byte, 1_000_000))
				_ = http.NewResponseController(w).Flush()
				hang(w, r)
			}, want: []string{"download stalled at ", " of 2.9 MiB for 1.5s"},
			do: func(ctx context.Context, t *testing.T, c *registry.Client, host, digest string) error {
				other := serve(t).host
				return c.Copy(ctx, host+"/shop/api@"+digest, other+"/shop/api")
			}},
		"takes nothing of an upload": {
			when: func(r *http.Request) bool { return r.Method == http.MethodPatch && r.ContentLength > 1<<20 },
			answer: func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadFull(r.Body, make([]byte, 100_000))
				hang(w, r)
			}, want: []string{"upload stalled at ", "MiB"},
			do: copyTo},
		"hangs at the end of an upload": {
			when: func(r *http.Request) bool {
				return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/blobs/")
			},
			answer: hang, want: []string{"no answer for 5s"},
			stall: 500 * time.Millisecond, do: copySmall},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t)
			// A server does not see that its client is gone before it has read all.
			over, end := context.WithCancel(t.Context())
			defer end()
			digest := pushLarge(t, server.host+"/shop/api:1")
			server.answer(func(w http.ResponseWriter, r *http.Request) bool {
				if !test.when(r) {
					return false
				}
				ctx, cancel := context.WithCancel(r.Context())
				defer context.AfterFunc(over, cancel)()
				test.answer(w, r.WithContext(ctx))
				return true
			})
			told := &notices{}
			do := test.do
			if do == nil {
				do = func(ctx context.Context, t *testing.T, c *registry.Client, host, _ string) error {
					_, err := c.Resolve(ctx, host+"/shop/api:1")
					if err != nil {
						_, err = c.Platforms(ctx, host+"/shop/api:1")
					}
					return err
				}
			}
			stall := cmp.Or(test.stall, 1500*time.Millisecond)
			start := time.Now()
			err := do(testContext(t), t, impatient(told, stall), server.host, digest)
			if !errors.Is(err, registry.ErrUnavailable) {
				t.Fatalf("got %v, want ErrUnavailable", err)
			}
			wants(t, err.Error(), append(test.want, "registry "+server.host+" does not get on")...)
			wants(t, strings.Join(told.all(), "\n"), "waiting for registry "+server.host+": ")
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// copyTo copies a large image into the registry at host from another one.
func copyTo(ctx context.Context, t *testing.T, c *registry.Client, host, _ string) error {
	other := serve(t).host
	digest := pushLarge(t, other+"/base/api:1")
	return c.Copy(ctx, other+"/base/api@"+digest, host+"/prod/api")
}

// copySmall is copyTo with a small image.
func copySmall(ctx context.Context, t *testing.T, c *registry.Client, host, _ string) error {
	other := serve(t).host
	digest := pushImage(t, other+"/base/api:1")
	return c.Copy(ctx, other+"/base/api@"+digest, host+"/prod/api")
}

// pushLarge pushes an image whose layer does not fit into a socket's buffers.
func pushLarge(t *testing.T, reference string) string {
	t.Helper()
	layer, err := random.Layer(16<<20, "application/vnd.oci.image.layer.v1.tar+gzip")
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.AppendLayers(randomImage(t, v1.Platform{OS: "linux", Architecture: "amd64"}), layer)
	if err != nil {
		t.Fatal(err)
	}
	return push(t, reference, image)
}

// What moves, if slowly, is not ended, though it takes far longer than a stall may.
func TestSlowIsNotStalled(t *testing.T) {
	t.Parallel()
	// The in-memory registry takes one blob at a time: the others would wait.
	source, target := serve(t), serveDistribution(t)
	digest := pushLarge(t, source.host+"/shop/api:1")
	target.answer(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch {
			r.Body = &slowBody{r.Body}
		}
		return false
	})
	c := registry.New(registry.Options{Stall: 1500 * time.Millisecond, RetryFor: time.Nanosecond})
	start := time.Now()
	if err := c.Copy(testContext(t), source.host+"/shop/api@"+digest, target.host+"/shop/api"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 1600*time.Millisecond {
		t.Errorf("it took %s: nothing was slow", took)
	}
}

// slowBody is read at some 6 MiB a second.
type slowBody struct{ io.ReadCloser }

func (b *slowBody) Read(p []byte) (int, error) {
	time.Sleep(5 * time.Millisecond)
	return b.ReadCloser.Read(p[:min(len(p), 32<<10)])
}

// A listener that takes connections and says nothing at all.
func TestRegistryThatAcceptsAndIsSilent(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	told := &notices{}
	_, err = impatient(told, 1500*time.Millisecond).Resolve(testContext(t), listener.Addr().String()+"/shop/api:1")
	wants(t, fmt.Sprint(err), "does not get on: no answer for 1.5s")
	wants(t, strings.Join(told.all(), "\n"), "waiting for registry "+listener.Addr().String())
}
