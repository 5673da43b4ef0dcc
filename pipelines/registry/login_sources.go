package registry

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	dockerconfig "github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"
	"github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"

	"git.example/slipway/pipelines/secrets"
)

// fromEnvironment is the login of Docker Hub in DOCKER_USER and DOCKER_PASS.
func (l *logins) fromEnvironment() (Login, bool, error) {
	user, _ := l.lookup("DOCKER_USER")
	password, _ := l.lookup("DOCKER_PASS")
	if password == "" {
		password, _ = l.lookup("DOCKER_PASSWORD")
	}
	switch {
	case user == "" && password == "":
		return Login{}, false, nil
	case user == "":
		return Login{}, false, errors.New("logging in to Docker Hub: DOCKER_PASS is set, but DOCKER_USER is not; set both or neither")
	case password == "":
		return Login{}, false, errors.New("logging in to Docker Hub: DOCKER_USER is set, but DOCKER_PASS is not; set both or neither")
	}
	return Login{Username: user, Password: secrets.NewValue(password), Source: SourceEnvironment}, true, nil
}

// fromDocker reads the configuration as "docker login" leaves it: what
// DOCKER_AUTH_CONFIG holds goes first, as with Docker.
func (l *logins) fromDocker(ctx context.Context, host string) (Login, error) {
	if text, _ := l.lookup("DOCKER_AUTH_CONFIG"); text != "" {
		file := configfile.New(SourceAuthVariable)
		if err := file.LoadFromReader(strings.NewReader(text)); err != nil {
			// The error may hold what is in it.
			return Login{}, errors.New("reading Docker's logins in DOCKER_AUTH_CONFIG: it is not what a config.json holds; correct or unset it")
		}
		if found := loginIn(file, host); found.Source != SourceNone {
			return found, nil
		}
	}
	dir, ok := l.lookup("DOCKER_CONFIG")
	if !ok || dir == "" {
		home, ok := l.lookup("HOME")
		if !ok || home == "" {
			return Login{Source: SourceNone}, nil
		}
		dir = filepath.Join(home, ".docker")
	}
	file, err := dockerconfig.Load(dir)
	if err != nil {
		return Login{}, fmt.Errorf("reading Docker's logins: %w; repair or remove that file", err)
	}
	if helper := helperOf(file, host); helper != "" {
		return askHelper(ctx, helper, authKeys(host)[0], file.Filename)
	}
	return loginIn(file, host), nil
}

// authKeys are the names that a registry has in Docker's configuration, Docker's
// own one first. Docker Hub has several.
func authKeys(host string) []string {
	if host == dockerHub {
		return []string{authn.DefaultAuthKey, "index.docker.io", "docker.io", "registry-1.docker.io"}
	}
	return []string{host}
}

// helperOf is the credential helper of a registry; none when empty.
func helperOf(file *configfile.ConfigFile, host string) string {
	for _, key := range authKeys(host) {
		if helper, ok := file.CredentialHelpers[key]; ok {
			return helper
		}
	}
	return file.CredentialsStore
}

// loginIn is the login that stands in the file itself.
func loginIn(file *configfile.ConfigFile, host string) Login {
	for _, key := range authKeys(host) {
		found, err := credentials.NewFileStore(file).Get(key)
		if login := loginOf(found, file.Filename); err == nil && login.Source != SourceNone {
			return login
		}
	}
	return Login{Source: SourceNone}
}

func loginOf(found types.AuthConfig, source string) Login {
	switch {
	case found.IdentityToken != "":
		return Login{Username: identityTokenUser, Password: secrets.NewValue(found.IdentityToken), Source: source}
	case found.Username != "":
		return Login{Username: found.Username, Password: secrets.NewValue(found.Password), Source: source}
	}
	return Login{Source: SourceNone}
}
