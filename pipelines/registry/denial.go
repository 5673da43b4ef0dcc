package registry

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// explainDenial says which login was used, never its value, and whether it was
// refused or may not do this.
func (x *explainer) explainDenial(ctx context.Context, e *Error, repo name.Repository, refused *transport.Error, said response) {
	host, repository := shownHost(repo.RegistryStr()), shown(repo)
	login, err := x.logins.of(ctx, canonicalHost(repo.RegistryStr()))
	used := fmt.Sprintf("user %q from %s", login.Username, login.Source)
	if login.Username == identityTokenUser {
		used = "the identity token from " + login.Source
	}
	e.Kind = ErrLogin
	switch {
	case err != nil:
		e.Problem = fmt.Sprintf("registry %s wants a login for %q, and none could be had (%v)", host, repository, err)
	case login.Source == SourceNone:
		// Some registries say that of a repository that does not exist.
		e.Kind = ErrDenied
		e.Problem = fmt.Sprintf("registry %s wants a login for %q, and there is none (%s)", host, repository, cause(refused))
		e.Next = fmt.Sprintf("check the name, or log in with \"docker login %s\"", host)
		if canonicalHost(host) == dockerHub {
			e.Next = "check the name, or set DOCKER_USER and DOCKER_PASS, or log in with \"docker login\""
		}
	case strings.Contains(strings.ToLower(refused.Error()), "expired"):
		e.Problem = fmt.Sprintf("the login of %s in registry %s has expired (%s)", used, host, cause(refused))
		e.Next = renewHint(login, host)
	case x.loginRefused(ctx, repo, refused, said):
		e.Problem = fmt.Sprintf("registry %s does not accept the login of %s (%s)", host, used, cause(refused))
		e.Next = renewHint(login, host)
	default:
		may := "read it"
		if said.writing || refused.Request != nil && refused.Request.Method != http.MethodGet && refused.Request.Method != http.MethodHead {
			may = "write to it"
		}
		e.Kind, e.Problem = ErrDenied, fmt.Sprintf("registry %s denies this to %s on %q (%s)", host, used, repository, cause(refused))
		e.Next = "the login itself is accepted: check that the repository exists and that this user may " + may
	}
}

// loginRefused says that the login is wrong: no right of any kind would help.
func (x *explainer) loginRefused(ctx context.Context, repo name.Repository, refused *transport.Error, said response) bool {
	switch {
	case said.token && refused.StatusCode == http.StatusForbidden:
		// Some say that of a wrong password, and of a repository that is not the
		// user's. "docker login" asks for no repository: neither do we, to tell.
		return !x.accepts(ctx, repo, refused.Request)
	case said.token:
		return true
	case said.scheme == "basic":
		return refused.StatusCode == http.StatusUnauthorized
	}
	return false
}

// accepts asks a token server for a token without any right.
func (x *explainer) accepts(ctx context.Context, repo name.Repository, asked *http.Request) bool {
	if asked == nil || asked.Method != http.MethodGet {
		return false
	}
	login := asked.Clone(ctx)
	query := login.URL.Query()
	query.Del("scope")
	login.URL.RawQuery = query.Encode()
	resp, err := x.wire.to(repo.RegistryStr()).RoundTrip(login)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode == http.StatusOK
}

// renewHint says how to have a login that works.
func renewHint(l Login, host string) string {
	switch {
	case l.Source == SourceConfig:
		return "correct the registry's username and password in slipway.yaml, or what they refer to"
	case l.Source == SourceEnvironment, l.Source == SourceAuthVariable:
		return "correct " + l.Source
	case strings.HasPrefix(l.Source, "AWS "):
		return "sign in to AWS again"
	case host == "docker.io":
		return "log in again with \"docker login\""
	}
	return fmt.Sprintf("log in again with \"docker login %s\"", host)
}
