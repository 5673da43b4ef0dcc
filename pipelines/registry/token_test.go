package registry_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/secrets"
)

// serveToken is a registry with tokens, as Docker Hub has them: a request needs
// a token for its repository and action, got for user ci and the canary.
func serveToken(t *testing.T) *wireRegistry {
	t.Helper()
	return serveHandler(t, tokenHandler(&tokens{granted: map[string][]string{}}))
}

func tokenHandler(tokens *tokens) http.Handler {
	inner := registrytest.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			tokens.give(w, r)
			return
		}
		scope := "repository:" + repositoryOf(r.URL.Path) + ":pull"
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			scope += ",push"
		}
		if !tokens.allow(r, scope) {
			scheme := "http"
			if r.TLS != nil {
				scheme = "https"
			}
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="%s://%s/token",service="test",scope=%q`, scheme, r.Host, scope))
			refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
			return
		}
		inner.ServeHTTP(w, r)
	})
}

func repositoryOf(path string) string {
	path = strings.TrimPrefix(path, "/v2/")
	for _, part := range []string{"/manifests/", "/blobs/", "/tags/"} {
		path, _, _ = strings.Cut(path, part)
	}
	return path
}

// tokens are those that a registry gave.
type tokens struct {
	mu    sync.Mutex
	given int
	// granted are the scopes of each token that has not expired.
	granted map[string][]string
}

// expire ends all tokens.
func (k *tokens) expire() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.granted)
}

func (k *tokens) give(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != "ci" || password != canary {
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "incorrect username or password")
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.given++
	token := fmt.Sprint("token-", k.given)
	k.granted[token] = r.URL.Query()["scope"]
	_, _ = fmt.Fprintf(w, `{"token":%q}`, token)
}

func (k *tokens) allow(r *http.Request, scope string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	scopes, ok := k.granted[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !ok {
		return false
	}
	if r.URL.Path == "/v2/" {
		return true
	}
	repository, actions := cutLast(scope)
	for _, granted := range strings.Fields(strings.Join(scopes, " ")) {
		if where, may := cutLast(granted); where == repository && (may == actions || strings.Contains(may, "push")) {
			return true
		}
	}
	return false
}

func cutLast(scope string) (string, string) {
	i := strings.LastIndexByte(scope, ':')
	return scope[:i], scope[i+1:]
}

func tokenClient(server *wireRegistry) *registry.Client {
	return registry.New(registry.Options{
		Settle: 20 * time.Millisecond,
		Logins: map[string]registry.Login{server.host: {Username: "ci", Password: secrets.NewValue(canary)}},
	})
}

// A client asks a registry once how to log in, and for one token a repository.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	const images = 50
	a := registry.Artifact{Type: testType, Files: map[string][]byte{"a": []byte("a")}}
	for name, test := range map[string]struct {
		server *wireRegistry
		client func(*wireRegistry) *registry.Client
		tokens int
	}{
		"no login": {serve(t), func(*wireRegistry) *registry.Client { return client(t) }, 0},
		"tokens":   {serveToken(t), tokenClient, images},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := testContext(t)
			writer := test.client(test.server)
			for i := range images {
				if _, _, err := writer.PutArtifact(ctx, fmt.Sprintf("%s/shop/%d", test.server.host, i), "1", a); err != nil {
					t.Fatal(err)
				}
			}
			test.server.take()
			c := test.client(test.server)
			start := time.Now()
			for range 2 {
				var callers sync.WaitGroup
				for i := range images {
					callers.Go(func() {
						if _, err := c.Resolve(ctx, fmt.Sprintf("%s/shop/%d:1", test.server.host, i)); err != nil {
							t.Error(err)
						}
					})
				}
				callers.Wait()
			}
			took := time.Since(start)
			requests := test.server.take()
			pings := 0
			for _, r := range requests {
				if r.path == "/v2/" {
					pings++
				}
			}
			tokens := count(requests, "GET", "/token")
			if pings != 1 || tokens != test.tokens || len(requests) != 1+test.tokens+2*images {
				t.Errorf("%d pings, %d tokens, %d requests, want 1, %d, %d", pings, tokens, len(requests), test.tokens, 1+test.tokens+2*images)
			}
			t.Logf("%d resolves: %d requests in %s", 2*images, len(requests), took)
		})
	}
}

// A long build lies between the first request and the last. HTTP/2 is what large
// registries speak, and what sends no body twice by itself.
func TestTokensThatExpire(t *testing.T) {
	t.Parallel()
	tokens := &tokens{granted: map[string][]string{}}
	server := httptest.NewUnstartedServer(tokenHandler(tokens))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	ctx, host := testContext(t), strings.TrimPrefix(server.URL, "https://")
	c := registry.New(registry.Options{
		Transport: server.Client().Transport,
		Settle:    20 * time.Millisecond,
		RetryFor:  time.Nanosecond,
		Logins:    map[string]registry.Login{host: {Username: "ci", Password: secrets.NewValue(canary)}},
	})
	repository := host + "/shop/api"
	a := registry.Artifact{Type: testType, Files: map[string][]byte{"a": []byte("a")}}
	written, _, err := c.PutArtifact(ctx, repository, "1", a)
	if err != nil {
		t.Fatal(err)
	}
	tokens.expire()
	if err := c.Alias(ctx, repository, written.Digest, "2"); err != nil {
		t.Errorf("aliasing with an old token: %v", err)
	}
	tokens.expire()
	if winner, err := c.Claim(ctx, repository, written.Digest, "3"); err != nil || winner != written.Digest {
		t.Errorf("claiming with an old token: %s, %v", winner, err)
	}
	tokens.expire()
	if err := c.Copy(ctx, repository+"@"+written.Digest, host+"/prod/api"); err != nil {
		t.Errorf("copying with an old token: %v", err)
	}
}
