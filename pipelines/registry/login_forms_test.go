package registry_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/registry"
)

// Every way in which Docker and CI systems write a registry's name is read.
func TestFormsOfDockersLogins(t *testing.T) {
	t.Parallel()
	const auth = `{"auth":"dXNlcjpwYXNz"}` // user:pass
	for name, test := range map[string]struct {
		config, variable, host string
		source                 string
	}{
		"a host":                     {config: `{"auths":{"r.example:5000":` + auth + `}}`, host: "r.example:5000"},
		"with https":                 {config: `{"auths":{"https://r.example:5000":` + auth + `}}`, host: "r.example:5000"},
		"with a version":             {config: `{"auths":{"https://r.example/v1/":` + auth + `}}`, host: "r.example"},
		"an address of IPv6":         {config: `{"auths":{"[fd00::1]:5000":` + auth + `}}`, host: "[fd00::1]:5000"},
		"Docker Hub as docker.io":    {config: `{"auths":{"docker.io":` + auth + `}}`, host: "docker.io"},
		"Docker Hub as index":        {config: `{"auths":{"index.docker.io":` + auth + `}}`, host: "docker.io"},
		"a variable":                 {variable: `{"auths":{"r.example":` + auth + `}}`, host: "r.example", source: registry.SourceAuthVariable},
		"a variable before the file": {config: `{"auths":{"r.example":{"auth":"eDp5"}}}`, variable: `{"auths":{"https://r.example":` + auth + `}}`, host: "r.example", source: registry.SourceAuthVariable},
		"a variable without it":      {config: `{"auths":{"r.example":` + auth + `}}`, variable: `{"auths":{"other.example":{"auth":"eDp5"}}}`, host: "r.example"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := dockerConfig(t, "{}")
			if test.config != "" {
				dir = dockerConfig(t, test.config)
			}
			source := test.source
			if source == "" {
				source = filepath.Join(dir, "config.json")
			}
			c := registry.New(registry.Options{Lookup: environment("DOCKER_CONFIG", dir, "DOCKER_AUTH_CONFIG", test.variable)})
			login, err := c.Credentials(t.Context(), test.host)
			if err != nil || login.Username != "user" || login.Password.Reveal() != "pass" || login.Source != source {
				t.Errorf("got %q, %q from %q, %v", login.Username, login.Password.Reveal(), login.Source, err)
			}
		})
	}
	t.Run("a variable that is damaged", func(t *testing.T) {
		c := registry.New(registry.Options{Lookup: environment("DOCKER_AUTH_CONFIG", `{"auths": `+canary)})
		_, err := c.Credentials(t.Context(), "r.example")
		if err == nil || !strings.Contains(err.Error(), "DOCKER_AUTH_CONFIG") || strings.Contains(err.Error(), canary) {
			t.Errorf("got %v", err)
		}
	})
}

// A helper that fails is named with what it says, and never with a secret.
func TestCredentialHelpersThatFail(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	for name, test := range map[string]struct {
		script string
		want   string
	}{
		"missing":           {"", "the program docker-credential-t is not on PATH; install it"},
		"says why":          {"echo 'the keychain is locked' >&2; exit 1", "the keychain is locked"},
		"says it as output": {"echo 'no pass store'; exit 2", "no pass store"},
		"no JSON":           {"echo '" + canary + "'", "its answer is not the JSON"},
		"fails after all":   {`echo '{"Username":"u","Secret":"` + canary + `"}'; exit 3`, "failed after its answer"},
	} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(dir, "docker-credential-t")
			_ = os.Remove(program)
			if test.script != "" {
				if err := os.WriteFile(program, []byte("#!/bin/sh\n"+test.script+"\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			config := dockerConfig(t, `{"credHelpers":{"r.example":"t"}}`)
			_, err := registry.New(registry.Options{Lookup: environment("DOCKER_CONFIG", config)}).Credentials(t.Context(), "r.example")
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "docker-credential-t") || strings.Contains(err.Error(), canary) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
