package pipelines_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/secrets"
)

const scratch = "FROM scratch\nCOPY . /\n"

// TestLogins asks a registry that notes who asks it.
func TestLogins(t *testing.T) {
	tests := map[string]struct {
		login string // in slipway.yaml
		given map[string]registry.Login
		want  string
	}{
		"a plain username":       {login: "username: ana, password: env://PASSWORD", want: "ana:one"},
		"a referred username":    {login: "username: env://NAME, password: env://PASSWORD", want: "bob:one"},
		"given by the caller":    {given: map[string]registry.Login{"HOST": {Username: "eve", Password: secrets.NewValue("two")}}, want: "eve:two"},
		"the caller's go before": {login: "username: ana, password: env://PASSWORD", given: map[string]registry.Login{"HOST": {Username: "eve", Password: secrets.NewValue("two")}}, want: "eve:two"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				user, password, ok := r.BasicAuth()
				if !ok {
					w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				got = user + ":" + password
				w.WriteHeader(http.StatusNotFound)
			}))
			defer server.Close()
			host := strings.TrimPrefix(server.URL, "http://")
			dir := t.TempDir()
			commit(t, dir, map[string]string{"Dockerfile": scratch, "slipway.yaml": "version: 1\nproject: shop\nimages: {api: {context: .}}\n" +
				"registries: {main: {oci: {host: " + host + ", " + test.login + "}}}\nenvironments: {staging: {registry: main}}\n"})
			logins := map[string]registry.Login{}
			for _, login := range test.given {
				logins[host] = login
			}
			p := openWith(t, pipelines.Options{Dir: dir, Logins: logins}, map[string]string{"NAME": "bob", "PASSWORD": "one"})
			planned, err := p.PlanImages(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			if planned.Published || len(planned.Images) != 1 || planned.Images[0].Action != pipelines.BuildImage {
				t.Errorf("planned %+v, want one image to build", planned)
			}
			if got != test.want {
				t.Errorf("logged in as %q, want %q", got, test.want)
			}
		})
	}
}

func TestNoEmbedded(t *testing.T) {
	dir := t.TempDir()
	commit(t, dir, map[string]string{"Dockerfile": scratch, "slipway.yaml": "version: 1\nproject: shop\nimages: {api: {context: .}}\n" +
		"registries: {here: {embedded: {}}}\nenvironments: {staging: {registry: here}}\n"})
	_, err := openWith(t, pipelines.Options{Dir: dir, NoEmbedded: true}, nil).PlanImages(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), `registry "here" is embedded`) {
		t.Errorf("error %v, want that the registry is embedded", err)
	}
}

// openWith opens a project with an environment of its own.
func openWith(t *testing.T, o pipelines.Options, env map[string]string) *pipelines.Project {
	t.Helper()
	home := t.TempDir()
	o.Lookup = func(name string) (string, bool) {
		if name == "HOME" {
			return home, true
		}
		v, ok := env[name]
		return v, ok
	}
	p, err := pipelines.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}
