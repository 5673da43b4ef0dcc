package registry

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// What went wrong, for errors.Is.
var (
	// ErrNotFound is a tag, manifest or repository that does not exist.
	ErrNotFound = errors.New("not found")
	// ErrDenied is a login that is missing, wrong, or not allowed to do this.
	ErrDenied = errors.New("denied")
	// ErrRateLimited is a registry that wants fewer requests.
	ErrRateLimited = errors.New("rate limited")
	// ErrNoSpace is a registry whose disk is full.
	ErrNoSpace = errors.New("no space left")
	// ErrUnavailable is a registry that can't be reached or that fails.
	ErrUnavailable = errors.New("unavailable")
)

// Error is an operation that a registry refused or could not do.
type Error struct {
	// Doing reads as `resolving "host/app:1"`.
	Doing string
	// Problem says what happened, Next what the user can do; Next may be empty.
	Problem, Next string
	// Kind is one of the errors above, nil for others.
	Kind error
	// Err is what came from the network or the registry.
	Err error
}

func (e *Error) Error() string {
	text := e.Doing + ": " + e.Problem
	if e.Next != "" {
		text += "; " + e.Next
	}
	return text
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// TagConflict is a tag that stands for another digest than the one wanted. Tags
// are never moved.
type TagConflict struct {
	// Reference is "host/path:tag".
	Reference        string
	Existing, Wanted string
}

func (e *TagConflict) Error() string {
	return fmt.Sprintf("tag %q stands for %s already and is never moved to %s; release under another tag", e.Reference, e.Existing, e.Wanted)
}

// explain turns err into an *Error that a user can act on.
func (c *Client) explain(ctx context.Context, doing string, repo name.Repository, err error, said *response) error {
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
		c.explainStatus(ctx, e, repo, refused, said)
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

func (c *Client) explainStatus(ctx context.Context, e *Error, repo name.Repository, refused *transport.Error, said *response) {
	host, repository := shownHost(repo.RegistryStr()), shown(repo)
	said.explainRate(e, host, refused)
	switch {
	case e.Kind != nil:
	case noSpace(refused):
		e.Kind, e.Problem = ErrNoSpace, fmt.Sprintf("registry %s has no space left (%s)", host, cause(refused))
		e.Next = "free space on its disk, then run the command again"
	case refused.StatusCode == http.StatusUnauthorized || refused.StatusCode == http.StatusForbidden:
		e.Kind = ErrDenied
		e.Problem, e.Next = c.explainDenial(ctx, repo, refused)
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
func (c *Client) explainDenial(ctx context.Context, repo name.Repository, refused *transport.Error) (problem, next string) {
	host, repository := shownHost(repo.RegistryStr()), shown(repo)
	login, err := c.Credentials(ctx, repo.RegistryStr())
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

func (r *response) explainRate(e *Error, host string, refused *transport.Error) {
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

// pullLimit says that the registry's limit is one of hours, not of a moment.
func pullLimit(e *transport.Error, said *response) bool {
	return said.retryAfter == 0 && (said.window > time.Minute || strings.Contains(strings.ToLower(e.Error()), "pull rate limit"))
}

// noSpace knows a full disk by status 507, or by the text that distribution
// sends: the system's message, or its number in JSON.
func noSpace(e *transport.Error) bool {
	text := e.Error()
	return e.StatusCode == http.StatusInsufficientStorage || strings.Contains(text, "no space left on device") ||
		e.StatusCode >= 500 && strings.Contains(text, "Err:28")
}

func hasCode(e *transport.Error, code transport.ErrorCode) bool {
	for _, d := range e.Errors {
		if d.Code == code {
			return true
		}
	}
	return false
}

func unreachable(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, context.DeadlineExceeded)
}

// plainOnly says that plain HTTP might have worked, where it is not allowed.
func plainOnly(err error) bool {
	var plain *plainHTTPError
	return errors.As(err, &plain) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

func untrusted(err error) bool {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	return errors.As(err, &unknown) || errors.As(err, &invalid) || errors.As(err, &host)
}

// cause is err without the request's URL, which may hold a signed query.
func cause(err error) string {
	var refused *transport.Error
	if errors.As(err, &refused) {
		if len(refused.Errors) == 0 {
			return fmt.Sprintf("status %d %s", refused.StatusCode, http.StatusText(refused.StatusCode))
		}
		texts := make([]string, len(refused.Errors))
		for i, d := range refused.Errors {
			texts[i] = strings.TrimSpace(strings.ToLower(string(d.Code)) + ": " + d.Message)
		}
		return strings.Join(texts, ", ")
	}
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err.Error()
	}
	return err.Error()
}
