package registry_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/report"
)

// failFirst answers the first n requests for manifests with f.
func failFirst(server *wireRegistry, n int32, f func(http.ResponseWriter)) *atomic.Int32 {
	var asked atomic.Int32
	server.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/manifests/") || asked.Add(1) > n {
			return false
		}
		f(w)
		return true
	})
	return &asked
}

func TestRetries(t *testing.T) {
	t.Parallel()
	status := func(code int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(code) }
	}
	for name, fail := range map[string]func(http.ResponseWriter){
		"429":               status(http.StatusTooManyRequests),
		"500":               status(http.StatusInternalServerError),
		"502":               status(http.StatusBadGateway),
		"503":               status(http.StatusServiceUnavailable),
		"broken connection": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, server := testContext(t), serve(t)
			digest := pushImage(t, server.host+"/shop/api:1")
			failFirst(server, 4, fail)
			c := registry.New(registry.Options{})
			d, err := c.Resolve(ctx, server.host+"/shop/api:1")
			if err != nil || d.Digest != digest {
				t.Errorf("got %v, %v", d, err)
			}
		})
	}
}

// What will not pass is not tried again, and nobody else tries again either: an
// attempt is one HEAD, and one GET for the reason.
func TestNoRetries(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		want   error
		asks   int32
	}{
		"401": {http.StatusUnauthorized, registry.ErrDenied, 2},
		"403": {http.StatusForbidden, registry.ErrDenied, 2},
		"404": {http.StatusNotFound, registry.ErrNotFound, 1},
		"507": {http.StatusInsufficientStorage, registry.ErrNoSpace, 2},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, server, c := testContext(t), serve(t), client(t)
			asked := failFirst(server, 100, func(w http.ResponseWriter) { w.WriteHeader(test.status) })
			_, err := c.Resolve(ctx, server.host+"/shop/api:1")
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if n := asked.Load(); n != test.asks {
				t.Errorf("asked %d times, want %d", n, test.asks)
			}
		})
	}
}

func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	ctx, server := testContext(t), serve(t)
	asked := failFirst(server, 1000, func(w http.ResponseWriter) { refuse(w, http.StatusServiceUnavailable, "UNAVAILABLE", "resting") })
	c := registry.New(registry.Options{RetryFor: time.Second})
	start := time.Now()
	_, err := c.Resolve(ctx, server.host+"/shop/api:1")
	if !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), "resting") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	if n := asked.Load(); n < 4 || n > 20 {
		t.Errorf("asked %d times", n)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	ctx, server := testContext(t), serve(t)
	digest := pushImage(t, server.host+"/shop/api:1")
	failFirst(server, 2, func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	notices := &notices{}
	c := registry.New(registry.Options{Reporter: notices})
	start := time.Now()
	d, err := c.Resolve(ctx, server.host+"/shop/api:1")
	if err != nil || d.Digest != digest {
		t.Fatalf("got %v, %v", d, err)
	}
	if took := time.Since(start); took < time.Second {
		t.Errorf("it waited %s, and was told 1 s", took)
	}
	if got := notices.all(); len(got) != 1 || !strings.Contains(got[0], server.host) || !strings.Contains(got[0], "trying again in 1s") {
		t.Errorf("notices %q", got)
	}
}

func TestRetriesStopWithTheContext(t *testing.T) {
	t.Parallel()
	server, c := serve(t), registry.New(registry.Options{})
	failFirst(server, 1000, func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the user")
	time.AfterFunc(300*time.Millisecond, func() { cancel(stopped) })
	start := time.Now()
	if _, err := c.Resolve(ctx, server.host+"/shop/api:1"); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

// One caller that gives up does not fail another that waits for the same login.
func TestCancelledCallerLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	pushImage(t, server.host+"/shop/api:1")
	arrived, left := make(chan struct{}), make(chan struct{})
	var once sync.Once
	server.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/v2/" {
			once.Do(func() {
				close(arrived)
				<-left
			})
		}
		return false
	})
	first, cancel := context.WithCancel(ctx)
	var callers sync.WaitGroup
	callers.Go(func() {
		defer close(left)
		_, _ = c.Resolve(first, server.host+"/shop/api:1")
	})
	<-arrived
	callers.Go(func() {
		if _, err := c.Resolve(ctx, server.host+"/shop/api:1"); err != nil {
			t.Errorf("the second caller: %v", err)
		}
	})
	time.Sleep(50 * time.Millisecond) // until it waits too, which nothing tells
	cancel()
	callers.Wait()
}

type notices struct {
	mu    sync.Mutex
	texts []string
}

func (n *notices) Report(e report.Event) {
	if notice, ok := e.(report.Notice); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.texts = append(n.texts, notice.Text)
	}
}

func (n *notices) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.texts
}
