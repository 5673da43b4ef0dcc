package registry

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"git.example/slipway/pipelines/keyed"
)

// session is a login to one repository with one set of permissions. Reading and
// writing are apart, because a registry may refuse a token with more permissions
// than the user has.
type session struct {
	http   *http.Client
	puller *remote.Puller
	pusher *remote.Pusher
	// options are those that both were made with.
	options []remote.Option
}

// sessions opens repositories. A session is opened once and kept; one that could
// not be opened is tried again by the next caller.
type sessions struct {
	logins *logins
	wire   *wire
	opened keyed.Once[string, *session]
}

func newSessions(l *logins, wire *wire) *sessions {
	s := &sessions{logins: l, wire: wire}
	s.opened.RetryErrors = true
	return s
}

// reading opens repo to read.
func (s *sessions) reading(ctx context.Context, repo name.Repository) (*session, error) {
	return s.of(ctx, repo, repo.Scope(transport.PullScope))
}

// writing opens repo to write. The session can also mount blobs of the
// repositories named by from, which are in the same registry.
func (s *sessions) writing(ctx context.Context, repo name.Repository, from ...name.Repository) (*session, error) {
	scopes := []string{repo.Scope(transport.PushScope)}
	for _, f := range from {
		scopes = append(scopes, f.Scope(transport.PullScope))
	}
	return s.of(ctx, repo, scopes...)
}

// deleting opens repo to delete from it.
func (s *sessions) deleting(ctx context.Context, repo name.Repository) (*session, error) {
	return s.of(ctx, repo, repo.Scope(transport.DeleteScope))
}

func (s *sessions) of(ctx context.Context, repo name.Repository, scopes ...string) (*session, error) {
	key := repo.RegistryStr() + " " + strings.Join(scopes, " ")
	return s.opened.Do(ctx, key, func(ctx context.Context) (*session, error) { return s.open(ctx, repo, scopes) })
}

func (s *sessions) open(ctx context.Context, repo name.Repository, scopes []string) (*session, error) {
	login, err := s.logins.of(ctx, canonicalHost(repo.RegistryStr()))
	if err != nil {
		return nil, err
	}
	authorized, err := transport.NewWithContext(ctx, repo.Registry, s.logins.authenticator(canonicalHost(repo.RegistryStr()), login),
		transport.NewUserAgent(s.wire.to(repo.RegistryStr()), "slipway"), scopes)
	if err != nil {
		return nil, err
	}
	// The retrier alone tries again.
	once := []remote.Option{
		remote.WithTransport(authorized),
		remote.WithJobs(requestsAtOnce),
		remote.WithRetryBackoff(remote.Backoff{Steps: 1}),
		remote.WithRetryPredicate(func(error) bool { return false }),
	}
	opened := &session{http: &http.Client{Transport: authorized}, options: once}
	if opened.puller, err = remote.NewPuller(once...); err != nil {
		return nil, err
	}
	opened.pusher, err = remote.NewPusher(once...)
	return opened, err
}
