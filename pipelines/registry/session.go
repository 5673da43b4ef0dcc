package registry

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// session is a login to one repository with one set of permissions. Reading and
// writing are apart, because a registry may refuse a token with more permissions
// than the user has.
type session struct {
	http   *http.Client
	puller *remote.Puller
	pusher *remote.Pusher
}

// reading opens repo to read, writing to write. A session is opened once and
// kept; one that could not be opened is tried again by the next caller.
func (c *Client) reading(ctx context.Context, repo name.Repository) (*session, error) {
	return c.session(ctx, repo, repo.Scope(transport.PullScope))
}

// writing can also mount blobs of the repositories named by from, which are in
// the same registry.
func (c *Client) writing(ctx context.Context, repo name.Repository, from ...name.Repository) (*session, error) {
	scopes := []string{repo.Scope(transport.PushScope)}
	for _, f := range from {
		scopes = append(scopes, f.Scope(transport.PullScope))
	}
	return c.session(ctx, repo, scopes...)
}

func (c *Client) session(ctx context.Context, repo name.Repository, scopes ...string) (*session, error) {
	key := repo.RegistryStr() + " " + strings.Join(scopes, " ")
	c.mu.Lock()
	s := c.sessions[key]
	c.mu.Unlock()
	if s != nil {
		return s, nil
	}
	opened, err, _ := c.opening.Do(key, func() (any, error) {
		s, err := c.open(ctx, repo, scopes)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.sessions[key] = s
		c.mu.Unlock()
		return s, nil
	})
	if err != nil {
		return nil, err
	}
	return opened.(*session), nil
}

func (c *Client) open(ctx context.Context, repo name.Repository, scopes []string) (*session, error) {
	login, err := c.Credentials(ctx, repo.RegistryStr())
	if err != nil {
		return nil, err
	}
	// The first of many repositories asks the registry how to log in; wire
	// remembers the answer for the others.
	if _, err, _ := c.opening.Do("ping "+repo.RegistryStr(), func() (any, error) {
		return transport.Ping(ctx, repo.Registry, c.transport)
	}); err != nil {
		return nil, err
	}
	authorized, err := transport.NewWithContext(ctx, repo.Registry, c.logins.authenticator(canonicalHost(repo.RegistryStr()), login),
		transport.NewUserAgent(c.transport, "slipway"), scopes)
	if err != nil {
		return nil, err
	}
	// Client.retry alone tries again.
	once := []remote.Option{
		remote.WithTransport(authorized),
		remote.WithJobs(parallel),
		remote.WithRetryBackoff(remote.Backoff{Steps: 1}),
		remote.WithRetryPredicate(func(error) bool { return false }),
	}
	s := &session{http: &http.Client{Transport: authorized}}
	if s.puller, err = remote.NewPuller(once...); err != nil {
		return nil, err
	}
	s.pusher, err = remote.NewPusher(once...)
	return s, err
}
