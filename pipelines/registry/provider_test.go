package registry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	memory "github.com/google/go-containerregistry/pkg/registry"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/secrets"
)

// serveBasic is a registry with a password, which changes to "password-n" when
// the test sets n, as ECR's do.
func serveBasic(t *testing.T, n *atomic.Int64) *wireRegistry {
	t.Helper()
	inner := memory.New(memory.Logger(log.New(io.Discard, "", 0)))
	return serveHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "AWS" || password != fmt.Sprintf("password-%d", n.Load()) {
			w.Header().Set("WWW-Authenticate", `Basic realm="ecr"`)
			refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
			return
		}
		inner.ServeHTTP(w, r)
	}))
}

func TestProvidedLoginsAreRenewed(t *testing.T) {
	tests := map[string]struct {
		expires time.Duration // of the first login
		refused bool          // what the provider hears then
	}{
		"when they expire":           {expires: 30 * time.Second},
		"when they are refused":      {expires: 12 * time.Hour, refused: true},
		"when nothing happens to it": {expires: 12 * time.Hour},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			current, asked, heard := &atomic.Int64{}, 0, false
			w := serveBasic(t, current)
			c := registry.New(registry.Options{Provider: func(_ context.Context, host string, refused bool) (registry.Login, bool, error) {
				if host != w.host {
					return registry.Login{}, false, nil
				}
				asked++
				heard = heard || refused
				life := test.expires
				if asked > 1 {
					life = 12 * time.Hour
				}
				return registry.Login{Username: "AWS", Password: secrets.NewValue(fmt.Sprintf("password-%d", current.Load())), Expires: time.Now().Add(life), Source: "AWS"}, true, nil
			}})
			_, err := c.Resolve(t.Context(), w.host+"/app:1")
			if !errors.Is(err, registry.ErrNotFound) {
				t.Fatalf("the first login: %v", err)
			}
			if test.refused {
				current.Add(1)
			}
			// The same session, which was opened with the first login.
			if _, err := c.Resolve(t.Context(), w.host+"/app:1"); !errors.Is(err, registry.ErrNotFound) {
				t.Errorf("later: %v", err)
			}
			if renewed := asked > 1; renewed != (test.refused || test.expires < time.Minute) || heard != test.refused {
				t.Errorf("asked %d times, heard of a refusal: %t", asked, heard)
			}
		})
	}
}

// A login that is wrong for good is asked for twice, not for ever.
func TestProvidedLoginIsWrong(t *testing.T) {
	current, asked := &atomic.Int64{}, 0
	w := serveBasic(t, current)
	c := registry.New(registry.Options{Provider: func(context.Context, string, bool) (registry.Login, bool, error) {
		asked++
		return registry.Login{Username: "AWS", Password: secrets.NewValue("canary"), Expires: time.Now().Add(time.Hour), Source: "AWS as arn:x"}, true, nil
	}})
	_, err := c.Resolve(t.Context(), w.host+"/app:1")
	if !errors.Is(err, registry.ErrDenied) || !strings.Contains(err.Error(), "AWS as arn:x") || strings.Contains(err.Error(), "canary") {
		t.Errorf("error: %v", err)
	}
	if asked > 3 {
		t.Errorf("asked %d times", asked)
	}
}

func TestProviderFails(t *testing.T) {
	broken := errors.New("signing in to AWS: no credentials were found")
	for _, mine := range []bool{true, false} {
		c := registry.New(registry.Options{Provider: func(context.Context, string, bool) (registry.Login, bool, error) {
			return registry.Login{}, mine, broken
		}})
		if _, err := c.Credentials(t.Context(), "registry.example.com"); !errors.Is(err, broken) {
			t.Errorf("mine %t: %v", mine, err)
		}
	}
}
