package registry_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/secrets"
)

// environment is a Lookup of fixed variables.
func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// dockerConfig writes a config.json and returns its directory.
func dockerConfig(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// credentialHelper puts a docker-credential-test on the PATH that knows one
// host, and returns the file that it notes its calls in.
func credentialHelper(t *testing.T, host, user, secret string) string {
	t.Helper()
	dir := t.TempDir()
	calls := filepath.Join(dir, "calls")
	script := `#!/bin/sh
read server
echo "$1 $server" >> ` + calls + `
if [ "$server" = "` + host + `" ]; then
  echo '{"ServerURL":"` + host + `","Username":"` + user + `","Secret":"` + secret + `"}'
else
  echo "credentials not found in native keychain"; exit 1
fi
`
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-test"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return calls
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	const auths = `{"auths":{
		"https://index.docker.io/v1/":{"auth":"aHVidXNlcjpodWJwYXNz"},
		"registry.example.com":{"auth":"dXNlcjpwYXNz"},
		"token.example.com":{"auth":"dXNlcjo=","identitytoken":"idtoken"}}}`
	config := dockerConfig(t, auths)
	home := filepath.Dir(dockerConfigIn(t, auths))
	file := filepath.Join(config, "config.json")
	given := map[string]registry.Login{
		"docker.io":            {Username: "given", Password: secrets.NewValue("secret")},
		"registry.example.com": {},
	}
	for name, test := range map[string]struct {
		env                    []string
		logins                 map[string]registry.Login
		host                   string
		user, password, source string
	}{
		"nothing":                            {nil, nil, "docker.io", "", "", registry.SourceNone},
		"Docker's file":                      {[]string{"DOCKER_CONFIG", config}, nil, "registry.example.com", "user", "pass", file},
		"Docker's file in the home":          {[]string{"HOME", home}, nil, "registry.example.com", "user", "pass", filepath.Join(home, ".docker", "config.json")},
		"another host":                       {[]string{"DOCKER_CONFIG", config}, nil, "other.example.com", "", "", registry.SourceNone},
		"an identity token":                  {[]string{"DOCKER_CONFIG", config}, nil, "token.example.com", "<token>", "idtoken", file},
		"Docker Hub":                         {[]string{"DOCKER_CONFIG", config}, nil, "docker.io", "hubuser", "hubpass", file},
		"Docker Hub by another name":         {[]string{"DOCKER_CONFIG", config}, nil, "registry-1.docker.io", "hubuser", "hubpass", file},
		"environment before file":            {[]string{"DOCKER_CONFIG", config, "DOCKER_USER", "u", "DOCKER_PASS", "p"}, nil, "index.docker.io", "u", "p", registry.SourceEnvironment},
		"DOCKER_PASSWORD":                    {[]string{"DOCKER_USER", "u", "DOCKER_PASSWORD", "q"}, nil, "docker.io", "u", "q", registry.SourceEnvironment},
		"environment is for Docker Hub only": {[]string{"DOCKER_USER", "u", "DOCKER_PASS", "p"}, nil, "registry.example.com", "", "", registry.SourceNone},
		"given before environment":           {[]string{"DOCKER_USER", "u", "DOCKER_PASS", "p"}, given, "docker.io", "given", "secret", registry.SourceConfig},
		"given as anonymous":                 {[]string{"DOCKER_CONFIG", config}, given, "registry.example.com", "", "", registry.SourceNone},
	} {
		t.Run(name, func(t *testing.T) {
			c := registry.New(registry.Options{Lookup: environment(test.env...), Logins: test.logins})
			login, err := c.Credentials(t.Context(), test.host)
			if err != nil {
				t.Fatal(err)
			}
			if login.Username != test.user || login.Password.Reveal() != test.password || login.Source != test.source {
				t.Errorf("got %q, %q from %q, want %q, %q from %q", login.Username, login.Password.Reveal(), login.Source, test.user, test.password, test.source)
			}
		})
	}
}

func dockerConfigIn(t *testing.T, text string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), ".docker")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCredentialHelper(t *testing.T) {
	calls := credentialHelper(t, "registry.example.com", "helped", canary)
	config := dockerConfig(t, `{"credHelpers":{"registry.example.com":"test","other.example.com":"test"}}`)
	c := registry.New(registry.Options{Lookup: environment("DOCKER_CONFIG", config)})
	for range 3 {
		login, err := c.Credentials(t.Context(), "registry.example.com")
		if err != nil {
			t.Fatal(err)
		}
		if login.Username != "helped" || login.Password.Reveal() != canary || !strings.Contains(login.Source, "docker-credential-test") {
			t.Errorf("got %q from %q", login.Username, login.Source)
		}
	}
	if said, err := os.ReadFile(calls); err != nil || string(said) != "get registry.example.com\n" {
		t.Errorf("the helper was called: %q, %v; want once", said, err)
	}
	if login, err := c.Credentials(t.Context(), "other.example.com"); err != nil || login.Source != registry.SourceNone {
		t.Errorf("a host that the helper does not know: %+v, %v", login, err)
	}
}

func TestCredentialsThatCantBeRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  []string
		host string
		want string
	}{
		"half a login":     {[]string{"DOCKER_USER", "u"}, "docker.io", "DOCKER_PASS is not; set both"},
		"the other half":   {[]string{"DOCKER_PASS", canary}, "docker.io", "DOCKER_USER is not; set both"},
		"a damaged file":   {[]string{"DOCKER_CONFIG", dockerConfig(t, "{")}, "docker.io", "config.json"},
		"a missing helper": {[]string{"DOCKER_CONFIG", dockerConfig(t, `{"credsStore":"nowhere"}`)}, "docker.io", "docker-credential-nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			c := registry.New(registry.Options{Lookup: environment(test.env...)})
			_, err := c.Credentials(t.Context(), test.host)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), canary) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	ctx, server := testContext(t), serveToken(t)
	config := dockerConfig(t, `{"auths":{"`+server.host+`":{"auth":"Y2k6d3Jvbmc="}}}`) // ci:wrong
	c := registry.New(registry.Options{Lookup: environment("DOCKER_CONFIG", config)})
	_, err := c.Resolve(ctx, server.host+"/shop/api:1")
	if !errors.Is(err, registry.ErrDenied) || !strings.Contains(err.Error(), `does not accept the login of user "ci" from `+config) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("got %v", err)
	}
}

func TestBasicLogin(t *testing.T) {
	t.Parallel()
	ctx, server := testContext(t), serve(t)
	pushImage(t, server.host+"/shop/api:1")
	server.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if user, password, _ := r.BasicAuth(); user == "ci" && password == canary {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		return refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
	})
	logins := map[string]registry.Login{server.host: {Username: "ci", Password: secrets.NewValue(canary)}}
	if _, err := registry.New(registry.Options{Logins: logins}).Resolve(ctx, server.host+"/shop/api:1"); err != nil {
		t.Error(err)
	}
}
