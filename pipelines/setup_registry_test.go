package pipelines_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
)

// withPassword asks for ci and secret before it hands on a request.
func withPassword(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ci" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}`)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func found(findings []deploy.Finding, subject string) deploy.Finding {
	at := slices.IndexFunc(findings, func(f deploy.Finding) bool { return f.Subject == subject })
	if at < 0 {
		return deploy.Finding{}
	}
	return findings[at]
}

// The deploy's login is tried from here and on the host; images of other registries
// are pulled with the login that the host itself has, as a deploy does.
func TestSetupTriesLogins(t *testing.T) {
	t.Parallel()
	others := registrytest.Handler()
	open, closed := registrytest.ServeHandler(t, others), registrytest.ServeHandler(t, withPassword(others))
	registrytest.Push(t, open+"/team/other:1")
	config := func(password string) *sshtest.Account {
		auth := base64.StdEncoding.EncodeToString([]byte("ci:" + password))
		return account(sshtest.Account{Home: map[string]string{".docker/config.json": `{"auths": {"` + closed + `": {"auth": "` + auth + `"}}}`}})
	}
	platform := config("secret")
	platform.Home[".bashrc"] = "export DOCKER_DEFAULT_PLATFORM=linux/s390x"
	own := &wire{inner: withPassword(registrytest.Handler())}
	own.host = registrytest.ServeHandler(t, own)
	p := newSetupProjectWith(t, own, ", username: ci, password: env://PASSWORD", fmt.Sprintf("  other: {image: \"%s/team/other:1\"}\n", closed), map[string]setupHost{
		"login":            {config: sshtest.Config{Account: config("secret")}, path: "app"},
		"another":          {config: sshtest.Config{Account: config("wrong")}, path: "app"},
		"another platform": {config: sshtest.Config{Account: platform}, path: "app"},
		"none":             {config: sshtest.Config{Account: account(sshtest.Account{})}, path: "app"},
	})
	other := closed + "/team/other:1"
	t.Cleanup(func() { p.docker("image", "rm", other) })
	maps.Copy(p.env, dockerConfig(t, "{}"))
	p.env["PASSWORD"] = "wrong"
	f := found(p.setup(t, "login"), "registry")
	if f.OK || !strings.Contains(f.Found, "does not accept the login") {
		t.Errorf("a wrong password: %+v", f)
	}
	p.env["PASSWORD"] = "secret"
	t.Run("publish", func(t *testing.T) { publish(t, p.open(t)) })
	p.removeImages()
	for name, want := range map[string]struct{ subject, says string }{
		"login":            {},
		"another":          {"other pulls", "docker login"},
		"none":             {"other pulls", "docker login"},
		"another platform": {"pull", "take DOCKER_DEFAULT_PLATFORM out"},
	} {
		// One after the other: they share one Docker.
		findings := p.setup(t, name)
		var of []string
		if want.subject != "" {
			of = []string{want.subject}
		}
		if got := subjects(findings); !slices.Equal(got, of) {
			t.Errorf("%s: failures of %q: %q", name, got, failures(findings))
		}
		if advice := found(findings, want.subject).Advice; !strings.Contains(advice, want.says) {
			t.Errorf("%s: %q does not say %q", name, advice, want.says)
		}
		if f := found(findings, "other pulls"); name == "login" && f.Found != "1, and removed" {
			t.Errorf("%s: %+v", name, f)
		}
		if left := append(p.images(), p.docker("images", "-q", other)...); len(left) > 0 {
			t.Errorf("%s left images: %s", name, left)
		}
	}
	if _, err := p.open(t).Deploy(t.Context(), pipelines.DeployOptions{Env: "none"}); err == nil || !strings.Contains(err.Error(), "pulling image") {
		t.Errorf("what setup calls wrong deploys: %v", err)
	}
}
