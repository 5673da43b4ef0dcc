package registry

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	dockerconfig "github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"golang.org/x/sync/singleflight"

	"git.example/slipway/pipelines/secrets"
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
	// Expires is when the registry stops taking it; never when zero.
	Expires time.Time
}

// Provider finds the login of a host that none is given for in Options. Where
// mine is false another source may have one; err is the answer if none has. It is
// asked again when a login has expired, and with refused when the registry did
// not take the one before.
type Provider func(ctx context.Context, host string, refused bool) (login Login, mine bool, err error)

// The sources of a Login that are not a file or a credential helper.
const (
	SourceNone        = "no login"
	SourceConfig      = "slipway.yaml"
	SourceEnvironment = "DOCKER_USER and DOCKER_PASS"
)

const identityTokenUser = "<token>"

// Credentials are what the client logs in with at host: the login given for it
// in Options, else the provider's, else, for Docker Hub, DOCKER_USER and
// DOCKER_PASS, else what Docker's configuration and its credential helpers hold. Nothing found is no
// error but a Login with SourceNone.
func (c *Client) Credentials(ctx context.Context, host string) (Login, error) {
	return c.logins.of(ctx, canonicalHost(host))
}

// logins finds logins, and remembers them: a credential helper is a program
// that takes its time.
type logins struct {
	lookup   func(string) (string, bool)
	given    map[string]Login
	provider Provider

	asking  singleflight.Group
	mu      sync.Mutex
	known   map[string]Login
	refused map[string]bool
}

func newLogins(o Options) *logins {
	l := &logins{lookup: o.Lookup, given: map[string]Login{}, provider: o.Provider, known: map[string]Login{}, refused: map[string]bool{}}
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
	if ok && (login.Expires.IsZero() || time.Until(login.Expires) > expiring) {
		return login, nil
	}
	asked := l.asking.DoChan(host, func() (any, error) {
		login, err := l.find(context.WithoutCancel(ctx), host)
		if err == nil {
			l.mu.Lock()
			l.known[host] = login
			delete(l.refused, host)
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

// expiring is how long before its end a login is too old to begin with.
const expiring = time.Minute

// refuse forgets a login that expires and that its registry did not take. It
// says whether asking for another one can help.
func (l *logins) refuse(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	login, ok := l.known[host]
	if !ok || login.Expires.IsZero() {
		return false
	}
	delete(l.known, host)
	l.refused[host] = true
	return true
}

func (l *logins) find(ctx context.Context, host string) (Login, error) {
	if l.provider != nil {
		l.mu.Lock()
		refused := l.refused[host]
		l.mu.Unlock()
		login, mine, err := l.provider(ctx, host, refused)
		if mine {
			return login, err
		}
		if err != nil {
			if login, other := l.fromDocker(host); other == nil && login.Source != SourceNone {
				return login, nil
			}
			return Login{}, err
		}
	}
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

// lasting is a login that is asked for anew when it expires, also in the middle
// of a session.
type lasting struct {
	logins *logins
	host   string
}

func (l lasting) Authorization() (*authn.AuthConfig, error) {
	return l.AuthorizationContext(context.Background())
}

func (l lasting) AuthorizationContext(ctx context.Context) (*authn.AuthConfig, error) {
	login, err := l.logins.of(ctx, l.host)
	if err != nil {
		return nil, err
	}
	return login.authenticator().Authorization()
}

// authenticator is the login of host as a session takes it.
func (l *logins) authenticator(host string, login Login) authn.Authenticator {
	if login.Expires.IsZero() {
		return login.authenticator()
	}
	return lasting{l, host}
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
