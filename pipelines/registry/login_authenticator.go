package registry

import (
	"context"

	"github.com/google/go-containerregistry/pkg/authn"
)

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
