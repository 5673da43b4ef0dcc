// Code generated from ../container.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"git.example/slipway/ci/v1/internal/dagger"
)

// Where a container has the repository, and the result of the verb that it runs.
const (
	work       = "/work"
	resultFile = "/run/slipway-result.json"
)

// home is the home directory of who runs in a container.
const home = "/root"

// container is one in which the command line finds the repository and whatever
// was passed. It is never the same twice, so that nothing it does is skipped.
func (s *Slipway) container(ctx context.Context) (*dagger.Container, error) {
	run := rand.Text()
	container, err := s.commandLine(ctx)
	if err != nil {
		return nil, err
	}
	container = s.withVariables(s.withRepository(container)).WithEnvVariable("SLIPWAY_RUN_ID", run)
	for i, name := range s.SecretNames {
		secret, err := withoutLineEnd(ctx, run+" "+name, s.SecretValues[i])
		if err != nil {
			return nil, fmt.Errorf("reading secret %q: %w", name, err)
		}
		container = container.WithSecretVariable(name, secret)
	}
	if container, err = s.withLogins(ctx, container, run); err != nil {
		return nil, err
	}
	return s.withSSH(container), nil
}

// withRepository puts the repository where the command line works.
func (s *Slipway) withRepository(container *dagger.Container) *dagger.Container {
	return container.
		WithDirectory(work, s.Source).
		WithWorkdir(work).
		WithEnvVariable("SLIPWAY_EPHEMERAL", "1")
}

// withVariables sets what was passed that is no secret.
func (s *Slipway) withVariables(container *dagger.Container) *dagger.Container {
	for _, variable := range s.Variables {
		name, value, _ := strings.Cut(variable, "=")
		container = container.WithEnvVariable(name, value)
	}
	return container.WithEnvVariable("HOME", home)
}

// withoutLineEnd is a secret without the line end that a file or a command gives
// it.
func withoutLineEnd(ctx context.Context, name string, secret *dagger.Secret) (*dagger.Secret, error) {
	plain, err := secret.Plaintext(ctx)
	if err != nil {
		return nil, err
	}
	trimmed := strings.TrimSuffix(strings.TrimSuffix(plain, "\n"), "\r")
	if trimmed == plain {
		return secret, nil
	}
	return dag.SetSecret("slipway "+name, trimmed), nil
}

// withLogins writes the logins of registries as "docker login" leaves them.
func (s *Slipway) withLogins(ctx context.Context, container *dagger.Container, run string) (*dagger.Container, error) {
	if len(s.LoginHosts) == 0 {
		return container, nil
	}
	type auth struct {
		Auth string `json:"auth"`
	}
	auths := map[string]auth{}
	for i, host := range s.LoginHosts {
		secret, err := withoutLineEnd(ctx, run+" login "+host, s.LoginSecrets[i])
		if err != nil {
			return nil, fmt.Errorf("reading the password for registry %q: %w", host, err)
		}
		password, err := secret.Plaintext(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the password for registry %q: %w", host, err)
		}
		if host == "docker.io" {
			host = "https://index.docker.io/v1/"
		}
		auths[host] = auth{base64.StdEncoding.EncodeToString([]byte(s.LoginUsers[i] + ":" + password))}
	}
	content, err := json.Marshal(map[string]any{"auths": auths})
	if err != nil {
		return nil, fmt.Errorf("writing the logins of registries: %w", err)
	}
	const dir = "/run/slipway/docker"
	return container.
		WithMountedSecret(dir+"/config.json", dag.SetSecret("slipway "+run+" logins", string(content))).
		WithEnvVariable("DOCKER_CONFIG", dir), nil
}

// withSSH lets the command line find the agent, the key and known_hosts where
// ssh has them.
func (s *Slipway) withSSH(container *dagger.Container) *dagger.Container {
	if s.SSHAgent != nil {
		const socket = "/run/slipway/ssh-agent"
		container = container.WithUnixSocket(socket, s.SSHAgent).WithEnvVariable("SSH_AUTH_SOCK", socket)
	}
	if s.SSHKey != nil {
		container = container.WithMountedSecret(home+"/.ssh/id_ed25519", s.SSHKey)
	}
	if s.KnownHosts != nil {
		container = container.WithFile(home+"/.ssh/known_hosts", s.KnownHosts)
	}
	return container
}
