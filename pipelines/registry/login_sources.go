package registry

import (
	"errors"
	"fmt"
	"path/filepath"

	dockerconfig "github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
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

// fromDocker reads the configuration as "docker login" leaves it.
func (l *logins) fromDocker(host string) (Login, error) {
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
	key := host
	if host == dockerHub {
		key = authn.DefaultAuthKey
	}
	source := sourceOf(file, key)
	found, err := file.GetAuthConfig(key)
	if err != nil {
		return Login{}, fmt.Errorf("asking for the login of %s: %s: %w; log in again with \"docker login %s\", or repair that file",
			shownHost(host), source, err, shownHost(host))
	}
	return loginOf(found, source), nil
}

func sourceOf(file *configfile.ConfigFile, key string) string {
	helper, ok := file.CredentialHelpers[key]
	if !ok {
		helper = file.CredentialsStore
	}
	if helper == "" {
		return file.Filename
	}
	return fmt.Sprintf("%s (docker-credential-%s)", file.Filename, helper)
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
