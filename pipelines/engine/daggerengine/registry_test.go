package daggerengine

import (
	"crypto/subtle"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// serve serves a registry in memory that wants a login, if password is not
// empty, and returns its "127.0.0.1:port".
func serve(t *testing.T, password string) string {
	t.Helper()
	images := registrytest.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, given, _ := r.BasicAuth()
		if password != "" && subtle.ConstantTimeCompare([]byte(given), []byte(password)) == 0 {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]}`, http.StatusUnauthorized)
			return
		}
		images.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func scratch(t *testing.T) engine.Build {
	t.Helper()
	return engine.Build{Name: "api", Dockerfile: "Dockerfile", Platforms: []string{"linux/amd64"}, Context: files(t, map[string]string{
		"Dockerfile": "FROM scratch\nCOPY busybox /bin/busybox\nCMD [\"/bin/busybox\", \"true\"]\n", "busybox": t.Name()})}
}

// The registry is in this process: an engine that runs elsewhere, or in another
// network, gets at it through the session alone.
func TestPushAndPullThroughSession(t *testing.T) {
	e, ctx := start(t)
	host := serve(t, "s3cr3t")
	login := func(password string) *engine.Auth {
		return &engine.Auth{Username: "somebody", Password: secrets.NewValue(password)}
	}
	push := func(auth *engine.Auth) (engine.Built, error) {
		return e.Build(ctx, scratch(t), &engine.Push{Repository: host + "/team/api", Tag: "t-1", Auth: auth, Insecure: true}, io.Discard)
	}
	refused := func(what string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "auth") || strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "wr0ng") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	_, err := push(nil)
	refused("push without login", err)
	_, err = push(login("wr0ng"))
	refused("push with a wrong login", err)
	built, err := push(login("s3cr3t"))
	if err != nil {
		t.Fatal(err)
	}
	if want := host + "/team/api@" + built.Digest; built.Reference != want || !built.PushedTag {
		t.Errorf("got %+v", built)
	}
	if _, err := e.images.find(ctx, engine.Image{Reference: built.Reference, Auth: login("s3cr3t"), Insecure: true}, ""); err != nil {
		t.Error(err)
	}
	// The engine has what it pushed. For a tag it has to ask.
	other, ctx := start(t)
	tagged := engine.Image{Reference: host + "/team/api:t-1", Insecure: true}
	_, err = other.images.find(ctx, tagged, "")
	refused("pull without login", err)
	tagged.Auth = login("wr0ng")
	_, err = other.images.find(ctx, tagged, "")
	refused("pull with a wrong login", err)
	tagged.Auth = login("s3cr3t")
	if _, err = other.images.find(ctx, tagged, ""); err != nil {
		t.Error(err)
	}
}

func TestEndpoint(t *testing.T) {
	tests := map[string]struct {
		reference      string
		insecure       bool
		want, host     string
		throughSession bool
	}{
		"Docker Hub":         {"alpine:3", false, "docker.io/library/alpine:3", "docker.io", false},
		"ECR":                {"1.dkr.ecr.us-east-1.amazonaws.com/a/b:1", false, "1.dkr.ecr.us-east-1.amazonaws.com/a/b:1", "1.dkr.ecr.us-east-1.amazonaws.com", false},
		"loopback":           {"127.0.0.1:5000/a/b:1", true, "localhost:5000/a/b:1", "localhost:5000", true},
		"loopback's name":    {"localhost:5000/a:1", false, "localhost:5000/a:1", "localhost:5000", true},
		"IPv6 loopback":      {"[::1]:5000/a:1", false, "localhost:5000/a:1", "localhost:5000", true},
		"insecure elsewhere": {"registry.lan:5000/a:1", true, "localhost:5000/a:1", "localhost:5000", true},
		"secure elsewhere":   {"registry.lan:5000/a:1", false, "registry.lan:5000/a:1", "registry.lan:5000", false},
	}
	e, _ := start(t)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := e.images.registries.endpoint(tc.reference, tc.insecure)
			if err != nil {
				t.Fatal(err)
			}
			if got.reference != tc.want || got.host != tc.host || (got.service != nil) != tc.throughSession {
				t.Errorf("got %+v", got)
			}
		})
	}
}
