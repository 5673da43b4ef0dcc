package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// explainer turns errors into *Errors that a user can act on.
type explainer struct {
	logins *logins
	wire   *wire
}

func (x *explainer) explain(ctx context.Context, doing string, repo name.Repository, err error, said response) error {
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	var read *readError
	if errors.As(err, &read) {
		repo = read.repo
	}
	e := &Error{Doing: doing, Problem: cause(err), Err: err}
	at := server(repo.RegistryStr(), failedAt(err))
	var refused *transport.Error
	var certs *certsError
	switch {
	case errors.As(err, &certs):
		e.Problem = fmt.Sprintf("reading Docker's certificates for registry %s: %s", shownHost(repo.RegistryStr()), certs.problem)
	case explainWay(e, at, repo, err), x.explainTLS(e, at, repo, err), explainAnswer(e, at, err):
	case errors.As(err, &refused):
		x.explainStatus(ctx, e, repo, refused, said)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Kind, e.Problem = ErrUnavailable, at+" refuses connections"
		e.Next = "check that it runs and that the address is right"
	case unreachable(err):
		e.Kind, e.Problem = ErrUnavailable, fmt.Sprintf("%s can't be reached: %s", at, cause(err))
		e.Next = "check the network and the address, then run the command again"
	}
	return e
}

// server is how messages call the server at host, which a registry may have sent
// us to.
func server(registry, host string) string {
	if host == "" || canonicalHost(host) == canonicalHost(registry) {
		return "registry " + shownHost(registry)
	}
	return fmt.Sprintf("%s, where registry %s sends us,", host, shownHost(registry))
}

// failedAt is the host of the request that failed; empty where err does not say.
func failedAt(err error) string {
	var stalled *stalledError
	if errors.As(err, &stalled) {
		return stalled.host
	}
	var request *url.Error
	if errors.As(err, &request) {
		if at, parseErr := url.Parse(request.URL); parseErr == nil && !strings.HasSuffix(at.Host, ".invalid") {
			return at.Host
		}
	}
	return ""
}

func (x *explainer) explainStatus(ctx context.Context, e *Error, repo name.Repository, refused *transport.Error, said response) {
	host, repository := shownHost(repo.RegistryStr()), shown(repo)
	said.explainRate(e, host, refused)
	switch {
	case e.Kind != nil:
	case noSpace(refused):
		e.Kind, e.Problem = ErrNoSpace, fmt.Sprintf("registry %s has no space left (%s)", host, cause(refused))
		e.Next = "free space on its disk, then run the command again"
	case refused.StatusCode == http.StatusUnauthorized || refused.StatusCode == http.StatusForbidden ||
		refused.StatusCode == http.StatusBadRequest && said.token:
		x.explainDenial(ctx, e, repo, refused, said)
	case refused.StatusCode == http.StatusNotFound && hasCode(refused, transport.NameUnknownErrorCode):
		e.Kind, e.Problem = ErrNotFound, fmt.Sprintf("repository %q does not exist in registry %s", repository, host)
		e.Next = createHint(repo)
	case refused.StatusCode == http.StatusNotFound && (hasCode(refused, "NOT_FOUND") || refused.Request != nil && refused.Request.Method == http.MethodPost):
		// Harbor says that of a project, others of what is uploaded to.
		e.Kind, e.Problem = ErrNotFound, fmt.Sprintf("registry %s does not know %q (%s)", host, repository, cause(refused))
		e.Next = createHint(repo)
	case refused.StatusCode == http.StatusNotFound:
		e.Kind, e.Problem = ErrNotFound, "not found"
	case refused.StatusCode >= 500:
		e.Kind, e.Problem = ErrUnavailable, fmt.Sprintf("registry %s fails: %s", host, cause(refused))
		e.Next = "try again later, or look at the registry's own log"
	}
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
