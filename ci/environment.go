package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/slipwayhq/slipway/ci/internal/dagger"
	"github.com/slipwayhq/slipway/pipelines/config"
	"github.com/slipwayhq/slipway/pipelines/registry"
	"github.com/slipwayhq/slipway/pipelines/secrets"
)

// own are the variables of the function's container that the library needs: to
// join the session, and to find programs.
var own = []string{"DAGGER_SESSION_PORT", "DAGGER_SESSION_TOKEN", "HOME", "PATH"}

// environment is what the library reads as its environment: what was passed to
// the module, and nothing of the container's but own.
type environment struct {
	variables map[string]string
	passed    map[string]string
	// secrets are those that were passed and that slipway.yaml refers to. Others
	// are never read, so that no compose file interpolates them as plain text.
	secrets map[string]bool
}

func (s *Slipway) environment(ctx context.Context) (*environment, error) {
	e := &environment{variables: map[string]string{}, passed: map[string]string{}, secrets: map[string]bool{}}
	for _, variable := range s.Variables {
		name, value, _ := strings.Cut(variable, "=")
		e.variables[name] = value
	}
	for i, name := range s.SecretNames {
		plain, err := plaintext(ctx, s.SecretValues[i])
		if err != nil {
			return nil, fmt.Errorf("reading secret %q: %w", name, err)
		}
		e.passed[name] = plain
	}
	return e, nil
}

func (e *environment) lookup(name string) (string, bool) {
	if slices.Contains(own, name) {
		return os.LookupEnv(name)
	}
	if e.secrets[name] {
		return e.passed[name], true
	}
	value, ok := e.variables[name]
	return value, ok
}

// complete makes sure that each secret that a verb needs was passed.
func (e *environment) complete(path string, needs func(*config.Config) []string) error {
	c, err := config.Load(path)
	if err != nil {
		return err
	}
	missing := map[string]bool{}
	for _, name := range names(references(c)) {
		_, e.secrets[name] = e.passed[name]
	}
	required := logins(c)
	if needs != nil {
		required = append(required, needs(c)...)
	}
	for _, name := range names(required) {
		if _, ok := e.lookup(name); !ok {
			missing[name] = true
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var pass []string
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		pass = append(pass, fmt.Sprintf("with-secret --name %s --value env://%s", name, name))
	}
	return wrongUse("missing secrets that %s refers to; pass before the function: %s", path, strings.Join(pass, " "))
}

// names are those of variables in references.
func names(references []string) []string {
	var found []string
	for _, reference := range references {
		if name, ok := strings.CutPrefix(reference, "env://"); ok {
			found = append(found, name)
		}
	}
	return found
}

// logins are the logins that were passed, by registry.
func (s *Slipway) logins(ctx context.Context) (map[string]registry.Login, error) {
	logins := map[string]registry.Login{}
	for i, host := range s.LoginHosts {
		plain, err := plaintext(ctx, s.LoginSecrets[i])
		if err != nil {
			return nil, fmt.Errorf("reading the password for registry %q: %w", host, err)
		}
		logins[host] = registry.Login{Username: s.LoginUsers[i], Password: secrets.NewValue(plain), Source: "with-registry-auth"}
	}
	return logins, nil
}

// plaintext is a secret without the line end that a file or a command gives it.
func plaintext(ctx context.Context, secret *dagger.Secret) (string, error) {
	plain, err := secret.Plaintext(ctx)
	return strings.TrimSuffix(strings.TrimSuffix(plain, "\n"), "\r"), err
}
