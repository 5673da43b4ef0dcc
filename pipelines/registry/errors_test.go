package registry_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/secrets"
)

const canary = "canary-7c1d5"

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter)
		logins func(host string) map[string]registry.Login
		kind   error
		want   []string
	}{
		"no login": {
			answer: func(w http.ResponseWriter) {
				refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
			},
			kind: registry.ErrDenied,
			want: []string{"wants a login", "docker login HOST", "authentication required"},
		},
		"denied": {
			answer: func(w http.ResponseWriter) { refuse(w, http.StatusForbidden, "DENIED", "no push for you") },
			logins: func(host string) map[string]registry.Login {
				return map[string]registry.Login{host: {Username: "ci", Password: secrets.NewValue(canary)}}
			},
			kind: registry.ErrDenied,
			want: []string{`user "ci" from slipway.yaml`, "HOST/shop/api", "no push for you"},
		},
		"disk full, as text": {
			answer: func(w http.ResponseWriter) {
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, `{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":"write /data: no space left on device"}]}`)
			},
			kind: registry.ErrNoSpace, want: []string{"registry HOST has no space left", "free space"},
		},
		"disk full, as a number": {
			answer: func(w http.ResponseWriter) {
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, `{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"DriverName":"filesystem","Enclosed":{"Op":"mkdir","Path":"/data","Err":28}}}]}`)
			},
			kind: registry.ErrNoSpace, want: []string{"registry HOST has no space left"},
		},
		"missing repository": {
			answer: func(w http.ResponseWriter) { refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "no such repository") },
			kind:   registry.ErrNotFound, want: []string{`repository "HOST/shop/api" does not exist`, "create it"},
		},
		"rate limit": {
			answer: func(w http.ResponseWriter) {
				w.Header().Set("RateLimit-Limit", "100;w=21600")
				refuse(w, http.StatusTooManyRequests, "TOOMANYREQUESTS", "You have reached your pull rate limit.")
			},
			kind: registry.ErrRateLimited, want: []string{"limits the rate", "at most 6h0m0s", "pull rate limit"},
		},
		"a wait that is too long": {
			answer: func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", "900")
				refuse(w, http.StatusTooManyRequests, "TOOMANYREQUESTS", "slow down")
			},
			kind: registry.ErrRateLimited, want: []string{"wait 15m0s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, server := testContext(t), serve(t)
			digest := pushImage(t, server.host+"/shop/api:1")
			server.answer(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPut {
					return false
				}
				test.answer(w)
				return true
			})
			o := registry.Options{}
			if test.logins != nil {
				o.Logins = test.logins(server.host)
			}
			start := time.Now()
			err := registry.New(o).Alias(ctx, server.host+"/shop/api", digest, "v1")
			if !errors.Is(err, test.kind) {
				t.Fatalf("got %v, want %v", err, test.kind)
			}
			for _, part := range test.want {
				if part = strings.ReplaceAll(part, "HOST", server.host); !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, want %q in it", err, part)
				}
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("the password is in %q", err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it was tried again for %s", took)
			}
		})
	}
}

func TestRegistryThatIsNotThere(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	t.Run("refused", func(t *testing.T) {
		start := time.Now()
		_, err := registry.New(registry.Options{}).Resolve(ctx, freeAddress(t)+"/shop/api:1")
		if !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), "refuses connections; check that it runs") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took < time.Second || took > 5*time.Second {
			t.Errorf("it was tried for %s, want briefly", took)
		}
	})
	t.Run("no such name", func(t *testing.T) {
		_, err := client(t).Resolve(ctx, "registry.invalid/shop/api:1")
		if !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), "registry registry.invalid can't be reached") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("back in time", func(t *testing.T) {
		address := freeAddress(t)
		time.AfterFunc(700*time.Millisecond, func() { serveAt(t, address) })
		_, err := registry.New(registry.Options{}).Resolve(ctx, address+"/shop/api:1")
		if !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("got %v, want the answer of the registry that came back", err)
		}
	})
}

// A private address is no loopback address: go-containerregistry alone would
// speak plain HTTP to it.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	var mu sync.Mutex
	var schemes []string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		schemes = append(schemes, r.URL.Scheme)
		return nil, errors.New("no network")
	})
	for host, want := range map[string]bool{"192.168.1.7:5000": false, "registry.example.com": false, "127.0.0.1:5000": true, "[::1]:5000": true, "localhost:5000": true, "lan.example.com:5000": true} {
		schemes = nil
		c := registry.New(registry.Options{Transport: transport, Insecure: []string{"lan.example.com:5000"}})
		_, err := c.Resolve(ctx, host+"/shop/api:1")
		if err == nil {
			t.Fatal("no error")
		}
		if got := strings.Contains(strings.Join(schemes, " ")+" ", "http "); got != want {
			t.Errorf("%s: schemes %v, want plain HTTP %v (%v)", host, schemes, want, err)
		}
		if got := strings.Contains(err.Error(), "insecure: true"); got && want {
			t.Errorf("%s: a useless hint in %q", host, err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
