package git

import (
	"context"
	"net/url"
	"strings"

	"git.example/slipway/pipelines/command"
)

// readRemote reads the URL as it was configured: rules such as insteadOf are
// left out because they are where CI systems put tokens.
func (r *Repository) readRemote(ctx context.Context, s *State) error {
	out, err := r.run(ctx, "config", "--get", "remote.origin.url")
	if command.ExitCode(err) == 1 {
		return nil
	}
	s.Remote = WithoutCredentials(strings.TrimSpace(out))
	return err
}

// WithoutCredentials is a repository's URL without what could be a secret in
// it: user and password, a token in the place of the user, query and fragment.
// The user of an SSH address ("git@") stays. A path or an address such as
// "git@github.com:acme/app.git" stays as it is; a URL that can't be read is
// dropped, because what is a secret in it can't be told.
func WithoutCredentials(raw string) string {
	if !strings.Contains(raw, "://") {
		return raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	if strings.HasSuffix(u.Scheme, "ssh") && u.User != nil {
		u.User = url.User(u.User.Username())
	} else {
		u.User = nil
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	return u.String()
}
