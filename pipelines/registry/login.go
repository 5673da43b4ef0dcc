package registry

import (
	"context"
	"sync"
	"time"

	"git.example/slipway/pipelines/keyed"
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
	// SourceAuthVariable is a Docker configuration in a variable, as CI systems
	// have it.
	SourceAuthVariable = "DOCKER_AUTH_CONFIG"
)

const identityTokenUser = "<token>"

// logins finds logins, and remembers them: a credential helper is a program
// that takes its time.
type logins struct {
	lookup   func(string) (string, bool)
	given    map[string]Login
	provider Provider

	known keyed.Once[string, Login]

	mu sync.Mutex
	// refused are hosts that did not take the last login.
	refused map[string]bool
}

func newLogins(o Options) *logins {
	l := &logins{lookup: o.Lookup, given: map[string]Login{}, provider: o.Provider, refused: map[string]bool{}}
	l.known.RetryErrors, l.known.Stale = true, Login.expiring
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
	return l.known.Do(ctx, host, func(ctx context.Context) (Login, error) {
		login, err := l.find(ctx, host)
		if err == nil {
			l.mu.Lock()
			delete(l.refused, host)
			l.mu.Unlock()
		}
		return login, err
	})
}

// minLeft is how long a login has to last to begin with it.
const minLeft = time.Minute

func (l Login) expiring() bool { return !l.Expires.IsZero() && time.Until(l.Expires) <= minLeft }

// refuse forgets a login that expires and that its registry did not take. It
// says whether asking for another one can help.
func (l *logins) refuse(host string) bool {
	if _, given := l.given[host]; given {
		return false
	}
	if login, ok := l.known.Get(host); ok && login.Expires.IsZero() {
		return false
	}
	l.known.Forget(host)
	l.mu.Lock()
	defer l.mu.Unlock()
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
			if login, other := l.fromDocker(ctx, host); other == nil && login.Source != SourceNone {
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
	return l.fromDocker(ctx, host)
}
