package registry

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	dockerconfig "github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"golang.org/x/sync/singleflight"

	"github.com/slipwayhq/slipway/pipelines/secrets"
)

// Login is a user of a registry, and where that was read.
type Login struct {
	// Username is "<token>" when Password is an identity token, as in Docker's
	// credential helpers. Empty for an anonymous client.
	Username string
	Password secrets.Value
	// Source reads as "DOCKER_USER and DOCKER_PASS"; Credentials sets it where it
	// is empty.
	Source string
}

// The sources of a Login that are not a file or a credential helper.
const (
	SourceNone        = "no login"
	SourceConfig      = "slipway.yaml"
	SourceEnvironment = "DOCKER_USER and DOCKER_PASS"
)

const identityTokenUser = "<token>"

// Credentials are what the client logs in with at host: the login given for it
// in Options, else, for Docker Hub, DOCKER_USER and DOCKER_PASS, else what
// Docker's configuration and its credential helpers hold. Nothing found is no
// error but a Login with SourceNone.
func (c *Client) Credentials(ctx context.Context, host string) (Login, error) {
	return c.logins.of(ctx, canonicalHost(host))
}

// logins finds logins, and remembers them: a credential helper is a program
// that takes its time.
type logins struct {
	lookup func(string) (string, bool)
	given  map[string]Login

	asking singleflight.Group
	mu     sync.Mutex
	known  map[string]Login
}

func newLogins(o Options) *logins {
	l := &logins{lookup: o.Lookup, given: map[string]Login{}, known: map[string]Login{}}
	if l.lookup == nil {
		l.lookup = func(string) (string, bool) { return "", false }
	}
	for host, login := range o.Logins {
		if login.Source == "" {
			login.Source = SourceConfig
		}
		if login.Username == "" {
			login.Source = SourceNone
		}
		l.given[canonicalHost(host)] = login
	}
	return l
}

func (l *logins) of(ctx context.Context, host string) (Login, error) {
	if login, ok := l.given[host]; ok {
		return login, nil
	}
	l.mu.Lock()
	login, ok := l.known[host]
	l.mu.Unlock()
	if ok {
		return login, nil
	}
	asked := l.asking.DoChan(host, func() (any, error) {
		login, err := l.find(host)
		if err == nil {
			l.mu.Lock()
			l.known[host] = login
			l.mu.Unlock()
		}
		return login, err
	})
	select {
	case <-ctx.Done():
		return Login{}, context.Cause(ctx)
	case result := <-asked:
		return result.Val.(Login), result.Err
	}
}

func (l *logins) find(host string) (Login, error) {
	if host == dockerHub {
		if login, ok, err := l.fromEnvironment(); ok || err != nil {
			return login, err
		}
	}
	return l.fromDocker(host)
}

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

// authenticator is l as go-containerregistry takes it.
func (l Login) authenticator() authn.Authenticator {
	switch l.Username {
	case "":
		return authn.Anonymous
	case identityTokenUser:
		return authn.FromConfig(authn.AuthConfig{IdentityToken: l.Password.Reveal()})
	}
	return authn.FromConfig(authn.AuthConfig{Username: l.Username, Password: l.Password.Reveal()})
}
