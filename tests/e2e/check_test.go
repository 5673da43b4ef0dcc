package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git.example/slipway/pipelines"
)

func TestCheck(t *testing.T) {
	needEngine(t)
	t.Run("runs at every call", func(t *testing.T) {
		dir, _ := project(t, "pass", sample)
		report := []string{"check", "exports", "file", "--path", "report.txt", "contents"}
		first := ok(t, dir, nil, report...)
		if second := ok(t, dir, nil, report...); first == "" || first == second {
			t.Errorf("two calls exported %q and %q, want one of its own each", first, second)
		}
	})
	t.Run("fails", func(t *testing.T) {
		dir, _ := project(t, "fail", sample)
		c := call(t, dir, nil, "check")
		if want := `check "unit" failed with exit code 3`; c.code != 1 || !strings.Contains(c.message(), want) {
			t.Errorf("exit code %d, %q; want 1, %q", c.code, c.message(), want)
		}
		if !strings.Contains(c.stderr, "probe runs") {
			t.Errorf("the check's output is not shown:\n%s", c.stderr)
		}
		if !strings.Contains(c.stderr, "run unit") {
			t.Errorf("the check is no span of the trace:\n%s", c.stderr)
		}
	})
	t.Run("fails and keeps its reports", func(t *testing.T) {
		dir, _ := project(t, "fail", sample)
		var results []pipelines.CheckResult
		if err := json.Unmarshal([]byte(ok(t, dir, nil, "check", "--allow-failure", "json")), &results); err != nil {
			t.Fatal(err)
		}
		if len(results) != 1 || results[0].Passed || results[0].ExitCode != 3 || len(results[0].Exported) != 1 {
			t.Errorf("results: %+v", results)
		}
	})
}

func TestRefusals(t *testing.T) {
	needEngine(t)
	tests := map[string]struct {
		config string
		args   []string
		code   int
		want   []string
	}{
		"wrong configuration": {
			config: strings.Replace(sample, "project:", "projct:", 1), args: []string{"lint"},
			code: 2, want: []string{"slipway.yaml:2:1", `did you mean "project"`},
		},
		"a flag for a check":          {config: sample, args: []string{"check", "--name=--help"}, code: 2, want: []string{`unknown check "--help"`}},
		"a variable of the container": {config: sample, args: []string{"with-variable", "--name", "HOME", "--value", "/x", "lint"}, code: 2, want: []string{"HOME is the container's own"}},
		"unknown check":               {config: sample, args: []string{"check", "--name", "unti"}, code: 2, want: []string{`unknown check "unti"`}},
		"missing secret": {
			config: strings.Replace(sample, "export:", "env: {TOKEN: env://TOKEN}, export:", 1), args: []string{"check"},
			code: 2, want: []string{"with-secret --name TOKEN --value env://TOKEN"},
		},
		"embedded registry": {
			config: strings.Replace(sample, "oci: {host: REGISTRY}", "embedded: {}", 1), args: []string{"publish"},
			code: 2, want: []string{`registry "local" is embedded`},
		},
		"no registry": {config: sample, args: []string{"publish"}, code: 1, want: []string{"refuses connections"}},
		"a mistake before the merge": {
			config: strings.Replace(sample, "app: {context: image", "app: {context: image, target: gone", 1), args: []string{"offline-plan"},
			code: 1, want: []string{`there is no stage "gone"`},
		},
		"a lint error": {
			config: strings.Replace(sample, "app: {context: image", "app: {context: image, args: {NPM_TOKEN: k3Vq9xZt7Lw2}", 1), args: []string{"lint"},
			code: 1, want: []string{"slipway.yaml:6:43: error: ", "secret-in-build-arg"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir, _ := project(t, "pass", test.config)
			c := call(t, dir, nil, test.args...)
			if c.code != test.code {
				t.Errorf("exit code %d, want %d\n%s", c.code, test.code, c.message())
			}
			for _, want := range test.want {
				if !strings.Contains(c.message(), want) {
					t.Errorf("the error has no %q:\n%s", want, c.message())
				}
			}
		})
	}
}

// TestWrongCredentials publishes to a registry that does not know who asks.
func TestWrongCredentials(t *testing.T) {
	needEngine(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	dir, _ := project(t, "pass", strings.Replace(sample, "REGISTRY", host, 1))
	login := []string{"with-registry-auth", "--address", host, "--username", "ana", "--secret", "env://E2E_PASSWORD"}
	c := call(t, dir, []string{"E2E_PASSWORD=" + canary}, append(login, service(host, "publish")...)...)
	if c.code != 1 || !strings.Contains(c.message(), host) || strings.Count(c.message(), "\n") > 6 {
		t.Errorf("exit code %d, %q", c.code, c.message())
	}
	if strings.Contains(c.stdout+c.stderr, canary) {
		t.Errorf("a secret is shown:\n%s", c.stdout+c.stderr)
	}
	t.Log(c.message())
}
