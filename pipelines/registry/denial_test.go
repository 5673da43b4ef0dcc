package registry_test

import (
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/secrets"
)

// serveHtpasswd runs Docker's own registry, version 2, with a file of users: "ci"
// has the canary for a password. It returns the registry's host.
func serveHtpasswd(t *testing.T, more ...string) string {
	t.Helper()
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		t.Skip("docker-registry (Debian's package) is not installed")
	}
	dir, host := t.TempDir(), freeAddress(t)
	hash, err := bcrypt.GenerateFromPassword([]byte(canary), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "htpasswd"), []byte("ci:"+string(hash)+"\n"))
	writeFile(t, filepath.Join(dir, "config.yml"), fmt.Appendf(nil,
		"version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp:\n  addr: %s\n%s\nauth: {htpasswd: {realm: r, path: %s}}\n",
		filepath.Join(dir, "data"), host, strings.Join(more, "\n"), filepath.Join(dir, "htpasswd")))
	server := exec.Command(program, "serve", filepath.Join(dir, "config.yml"))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	return host
}

func TestWrongPasswordOfBasicLogin(t *testing.T) {
	t.Parallel()
	host := serveHtpasswd(t)
	with := func(password string) error {
		c := registry.New(registry.Options{RetryFor: 5 * time.Second,
			Logins: map[string]registry.Login{host: {Username: "ci", Password: secrets.NewValue(password)}}})
		return c.CheckPush(testContext(t), host+"/shop/api")
	}
	if err := with(canary); err != nil {
		t.Fatalf("the right password: %v", err)
	}
	err := with("wrong-" + canary)
	if !errors.Is(err, registry.ErrDenied) || !errors.Is(err, registry.ErrLogin) {
		t.Fatalf("got %v, want ErrLogin, which is ErrDenied", err)
	}
	wants(t, err.Error(), "registry "+host+` does not accept the login of user "ci" from slipway.yaml`, "correct the registry's username and password in slipway.yaml")
	if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "exists") {
		t.Errorf("it says too much: %v", err)
	}
	err = registry.New(registry.Options{RetryFor: 5 * time.Second}).CheckPush(testContext(t), host+"/shop/api")
	wants(t, fmt.Sprint(err), "wants a login", "and there is none")
}

// provider is how a registry answers to a login and to what it is used for.
type provider struct {
	// challenge is what it wants, with HOST for itself.
	challenge string
	// login answers a request for a token without a scope, token one with a scope.
	login, token answer
	// push answers what the login is for.
	push answer
}

type answer struct {
	status int
	// challenge is added to the header.
	challenge, body string
}

func (a answer) write(w http.ResponseWriter) {
	if a.challenge != "" {
		w.Header().Set("WWW-Authenticate", a.challenge)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write([]byte(a.body))
}

func (p provider) serve(t *testing.T) *wireRegistry {
	t.Helper()
	inner := registrytest.Handler()
	return serveHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		challenge := strings.ReplaceAll(p.challenge, "HOST", r.Host)
		switch {
		case r.URL.Path == "/token" && r.URL.Query().Get("scope") == "" && r.Method == http.MethodGet:
			p.login.write(w)
		case r.URL.Path == "/token":
			p.token.write(w)
		case r.URL.Path == "/v2/":
			answer{status: http.StatusUnauthorized, challenge: challenge}.write(w)
		case p.push.status != 0:
			a := p.push
			a.challenge = strings.ReplaceAll(a.challenge, "HOST", r.Host)
			a.write(w)
		default:
			inner.ServeHTTP(w, r)
		}
	}))
}

// The answers are those that the registries give, from their sources and from
// what their users report.
func TestDenialsOfProviders(t *testing.T) {
	t.Parallel()
	const (
		bearer = `Bearer realm="http://HOST/token",service="test"`
		basic  = `Basic realm="test"`
		wrong  = `does not accept the login of user "ci" from slipway.yaml`
		denied = `denies this to user "ci" from slipway.yaml on "HOST/shop/api"`
	)
	ok := answer{status: 200, body: `{"token":"t"}`}
	scopeless := answer{401, `Bearer realm="http://HOST/token",service="test",scope="repository:shop/api:push,pull",error="insufficient_scope"`,
		`{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`}
	for name, test := range map[string]struct {
		provider
		want []string
		kind error
	}{
		"Docker Hub, wrong password": {provider{bearer, answer{401, "", `{"details":"incorrect username or password"}`}, answer{401, "", `{"details":"incorrect username or password"}`}, answer{}},
			[]string{wrong}, registry.ErrDenied},
		"Docker Hub, no right": {provider{bearer, ok, ok, answer{401, scopeless.challenge, `{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`}},
			[]string{denied, "requested access to the resource is denied", "the login itself is accepted", "may write to it"}, registry.ErrDenied},
		"insufficient scope": {provider{bearer, ok, ok, scopeless}, []string{denied}, registry.ErrDenied},
		"GHCR, wrong token": {provider{bearer, answer{403, "", `{"errors":[{"code":"DENIED","message":"denied"}]}`}, answer{403, "", `{"errors":[{"code":"DENIED","message":"denied"}]}`}, answer{}},
			[]string{wrong}, registry.ErrDenied},
		"GHCR, no right": {provider{bearer, ok, answer{403, "", `{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}`}, answer{}},
			[]string{denied, "write_package", "may write to it"}, registry.ErrDenied},
		"GitLab, wrong token": {provider{bearer, answer{401, "", ""}, answer{403, "", `{"errors":[{"code":"DENIED","message":"access forbidden"}]}`}, answer{}},
			[]string{wrong}, registry.ErrDenied},
		"GitLab, no such project": {provider{bearer, ok, answer{403, "", `{"errors":[{"code":"DENIED","message":"access forbidden"}]}`}, answer{}},
			[]string{denied, "check that the repository exists"}, registry.ErrDenied},
		"ECR, an old token": {provider{basic, ok, ok, answer{403, "", `{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}`}},
			[]string{`the login of user "ci" from slipway.yaml in registry HOST has expired`}, registry.ErrDenied},
		"ECR, no basic auth credentials": {provider{basic, ok, ok, answer{401, basic, "no basic auth credentials"}}, []string{wrong}, registry.ErrDenied},
		"ECR, no right": {provider{basic, ok, ok, answer{403, "", `{"errors":[{"code":"DENIED","message":"User: arn:aws:iam::1:user/ci is not authorized to perform: ecr:InitiateLayerUpload"}]}`}},
			[]string{denied, "ecr:InitiateLayerUpload"}, registry.ErrDenied},
		"ECR, no repository": {provider{basic, ok, ok, answer{404, "", `{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name 'shop/api' does not exist in the registry with id '1'"}]}`}},
			[]string{`repository "HOST/shop/api" does not exist`, "create it"}, registry.ErrNotFound},
		"Harbor, wrong password": {provider{bearer, answer{401, "", `{"errors":[{"code":"UNAUTHORIZED","message":"unauthorized: unauthorized"}]}`}, answer{401, "", `{"errors":[{"code":"UNAUTHORIZED","message":"unauthorized"}]}`}, answer{}},
			[]string{wrong}, registry.ErrDenied},
		"Harbor, no right": {provider{bearer, ok, ok, answer{401, bearer, `{"errors":[{"code":"UNAUTHORIZED","message":"unauthorized to access repository: shop/api, action: push"}]}`}},
			[]string{denied, "action: push"}, registry.ErrDenied},
		"Harbor, no project": {provider{bearer, ok, ok, answer{404, "", `{"errors":[{"code":"NOT_FOUND","message":"project shop not found"}]}`}},
			[]string{`registry HOST does not know "HOST/shop/api"`, "project shop not found", "create"}, registry.ErrNotFound},
		"Quay, wrong password": {provider{bearer, answer{401, "", `{"error":"Invalid Username or Password"}`}, answer{401, "", `{"error":"Invalid Username or Password"}`}, answer{}},
			[]string{wrong}, registry.ErrDenied},
		"Quay, no right": {provider{bearer, ok, ok, answer{401, bearer, `{"errors":[{"code":"UNAUTHORIZED","message":"access to the requested resource is not authorized"}]}`}},
			[]string{denied}, registry.ErrDenied},
		"ACR, an old token": {provider{bearer, answer{401, "", ""}, answer{401, "", `{"errors":[{"code":"UNAUTHORIZED","message":"The token has expired."}]}`}, answer{}},
			[]string{"has expired"}, registry.ErrDenied},
		"GAR, no right": {provider{bearer, ok, answer{403, "", `{"errors":[{"code":"DENIED","message":"Permission artifactregistry.repositories.uploadArtifacts denied on resource (or it may not exist)."}]}`}, answer{}},
			[]string{denied, "uploadArtifacts"}, registry.ErrDenied},
		"GAR, no repository": {provider{bearer, ok, ok, answer{404, "", `{"errors":[{"code":"NAME_UNKNOWN","message":"Repository shop not found"}]}`}},
			[]string{`repository "HOST/shop/api" does not exist`}, registry.ErrNotFound},
		"nginx in front, wrong password": {provider{basic, ok, ok, answer{401, basic, "<html><h1>401 Authorization Required</h1></html>"}},
			[]string{wrong, "status 401 Unauthorized"}, registry.ErrDenied},
		"a token server that is closed": {provider{bearer, answer{400, "", ""}, answer{400, "", `{"error":"invalid_grant"}`}, answer{}},
			[]string{wrong}, registry.ErrDenied},
	} {
		t.Run(name, func(t *testing.T) {
			server := test.serve(t)
			c := registry.New(registry.Options{RetryFor: time.Millisecond, Logins: map[string]registry.Login{
				server.host: {Username: "ci", Password: secrets.NewValue(canary)}}})
			err := c.CheckPush(testContext(t), server.host+"/shop/api")
			if !errors.Is(err, test.kind) {
				t.Fatalf("got %v, want %v", err, test.kind)
			}
			for _, part := range test.want {
				wants(t, err.Error(), strings.ReplaceAll(part, "HOST", server.host))
			}
			if errors.Is(err, registry.ErrLogin) && strings.Contains(err.Error(), "denies this") {
				t.Error("a right that is missing is called a login")
			}
			if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "html") {
				t.Errorf("it says too much: %v", err)
			}
		})
	}
}

// An identity token is no password, and has no user.
func TestIdentityTokenThatIsRefused(t *testing.T) {
	t.Parallel()
	server := provider{challenge: `Bearer realm="http://HOST/token",service="test"`,
		login: answer{status: 401}, token: answer{400, "", `{"error":"invalid_grant"}`}}.serve(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "config.json"), []byte(`{"auths":{"`+server.host+`":{"identitytoken":"`+canary+`"}}}`))
	err := resolveAt(t, server.host, []string{"DOCKER_CONFIG", dir})
	wants(t, err.Error(), "does not accept the login of the identity token from "+filepath.Join(dir, "config.json"), "log in again with \"docker login "+server.host+`"`)
	if strings.Contains(err.Error(), canary) {
		t.Errorf("the token is in %v", err)
	}
}
