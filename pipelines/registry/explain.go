package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// explain turns err into an *Error that a user can act on.
func explain(ctx context.Context, l *logins, doing string, repo name.Repository, err error, said response) error {
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	var read *readError
	if errors.As(err, &read) {
		repo = read.repo
	}
	e := &Error{Doing: doing, Problem: cause(err), Err: err}
	host := shownHost(repo.RegistryStr())
	var refused *transport.Error
	switch {
	case errors.As(err, &refused):
		explainStatus(ctx, l, e, repo, refused, said)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Kind, e.Problem = ErrUnavailable, fmt.Sprintf("registry %s refuses connections", host)
		e.Next = "check that it runs and that the address is right"
	case plainOnly(err):
		e.Kind, e.Problem = ErrUnavailable, fmt.Sprintf("registry %s can't be reached over TLS: %s", host, cause(err))
		e.Next = "check the address; if it speaks plain HTTP, and only then, set \"insecure: true\" on it in slipway.yaml"
	case unreachable(err):
		e.Kind, e.Problem = ErrUnavailable, fmt.Sprintf("registry %s can't be reached: %s", host, cause(err))
		e.Next = "check the network and the address, then run the command again"
	case untrusted(err):
		e.Kind, e.Next = ErrUnavailable, fmt.Sprintf("add the certificate authority of %s to this machine", host)
	}
	return e
}

func explainStatus(ctx context.Context, l *logins, e *Error, repo name.Repository, refused *transport.Error, said response) {
	host, repository := shownHost(repo.RegistryStr()), shown(repo)
	said.explainRate(e, host, refused)
	switch {
	case e.Kind != nil:
	case noSpace(refused):
		e.Kind, e.Problem = ErrNoSpace, fmt.Sprintf("registry %s has no space left (%s)", host, cause(refused))
		e.Next = "free space on its disk, then run the command again"
	case refused.StatusCode == http.StatusUnauthorized || refused.StatusCode == http.StatusForbidden:
		e.Kind = ErrDenied
		e.Problem, e.Next = explainDenial(ctx, l, repo, refused)
	case refused.StatusCode == http.StatusNotFound && hasCode(refused, transport.NameUnknownErrorCode):
		e.Kind, e.Problem = ErrNotFound, fmt.Sprintf("repository %q does not exist in registry %s", repository, host)
		e.Next = createHint(repo)
	case refused.StatusCode == http.StatusNotFound:
		e.Kind, e.Problem = ErrNotFound, "not found"
	case refused.StatusCode >= 500:
		e.Kind, e.Problem = ErrUnavailable, fmt.Sprintf("registry %s fails: %s", host, cause(refused))
		e.Next = "try again later, or look at the registry's own log"
	}
}

// explainDenial says which login was used, never its value.
func explainDenial(ctx context.Context, l *logins, repo name.Repository, refused *transport.Error) (problem, next string) {
	host, repository := shownHost(repo.RegistryStr()), shown(repo)
	login, err := l.of(ctx, canonicalHost(repo.RegistryStr()))
	if err != nil || login.Source == SourceNone {
		next = fmt.Sprintf("log in with \"docker login %s\"", host)
		if canonicalHost(host) == dockerHub {
			next = "set DOCKER_USER and DOCKER_PASS, or log in with \"docker login\""
		}
		return fmt.Sprintf("registry %s wants a login for %q, and there is none (%s)", host, repository, cause(refused)), next
	}
	used := fmt.Sprintf("user %q from %s", login.Username, login.Source)
	if refused.Request != nil && !strings.HasPrefix(refused.Request.URL.Path, "/v2/"+repo.RepositoryStr()+"/") && refused.StatusCode == http.StatusUnauthorized {
		return fmt.Sprintf("registry %s does not accept the login of %s (%s)", host, used, cause(refused)), "correct the username and password there"
	}
	return fmt.Sprintf("registry %s denies this to %s on %q (%s)", host, used, repository, cause(refused)),
		"check that the repository exists and that this user may write to it"
}

func createHint(repo name.Repository) string {
	host := repo.RegistryStr()
	if account, rest, ok := strings.Cut(host, ".dkr.ecr."); ok {
		region, _, _ := strings.Cut(rest, ".")
		return fmt.Sprintf("create it with \"aws ecr create-repository --registry-id %s --region %s --repository-name %s\"", account, region, repo.RepositoryStr())
	}
	return "create it, or correct the repository's name in slipway.yaml"
}

func (r response) explainRate(e *Error, host string, refused *transport.Error) {
	if refused.StatusCode != http.StatusTooManyRequests {
		return
	}
	e.Kind, e.Problem = ErrRateLimited, fmt.Sprintf("registry %s limits the rate of requests (%s)", host, cause(refused))
	wait := "wait"
	switch {
	case r.retryAfter > 0:
		wait = fmt.Sprintf("wait %s", r.retryAfter.Round(time.Second))
	case r.window > 0:
		wait = fmt.Sprintf("wait at most %s, after which the limit is reset", r.window)
	}
	e.Next = wait + ", then run the command again"
	if canonicalHost(host) == dockerHub {
		e.Next = "log in for a higher limit (DOCKER_USER and DOCKER_PASS, or \"docker login\"), or " + e.Next
	}
}
