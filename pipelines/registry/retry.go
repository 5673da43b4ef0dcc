package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"git.example/slipway/pipelines/report"
)

const (
	firstDelay = 200 * time.Millisecond
	maxDelay   = 15 * time.Second
	// refusedFor is how long a refused connection is tried again: a registry
	// that restarts is back by then, one that does not run never is.
	refusedFor = 3 * time.Second
)

// retrier tries operations again after passing errors, and explains the others.
type retrier struct {
	logins    *logins
	explainer *explainer
	reporter  report.Reporter
	// budget is how long one operation is tried again.
	budget time.Duration

	mu sync.Mutex
	// noticed is when the user was told about a host that makes us wait.
	noticed map[string]time.Time
}

func newRetrier(x *explainer, to report.Reporter, budget time.Duration) *retrier {
	return &retrier{logins: x.logins, explainer: x, reporter: to, budget: budget, noticed: map[string]time.Time{}}
}

// do runs try until it succeeds, fails for good, or the time for it is over.
// It is the only place that tries again. The error says what was done ("doing"
// reads as `resolving "host/app:1"`) and what to do about it.
func (r *retrier) do(ctx context.Context, doing string, repo name.Repository, try func(context.Context) error) error {
	start := time.Now()
	renewed := false
	for attempt := 1; ; attempt++ {
		said, err := attemptOnce(ctx, try)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
		}
		if !renewed && loginRefused(err) && r.logins.refuse(canonicalHost(repo.RegistryStr())) {
			renewed = true
			continue
		}
		worth := r.worth(err, said)
		delay := max(backoff(attempt), said.retryAfter)
		if time.Since(start)+delay > worth {
			return r.explainer.explain(ctx, doing, repo, err, said)
		}
		r.notice(repo, err, delay)
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
		case <-time.After(delay):
		}
	}
}

// loginRefused says that the registry did not take the login, which may have
// ended early. ECR answers 403 then.
func loginRefused(err error) bool {
	var refused *transport.Error
	if !errors.As(err, &refused) {
		return false
	}
	return refused.StatusCode == http.StatusUnauthorized ||
		refused.StatusCode == http.StatusForbidden && strings.Contains(refused.Error(), "Your authorization token has expired")
}

// attemptOnce is one attempt, and what the registry said to it.
func attemptOnce(ctx context.Context, try func(context.Context) error) (response, error) {
	ctx, listener := listening(ctx)
	err := try(ctx)
	return listener.heard(), err
}

// backoff doubles, with jitter so that fifty clients do not come back at once.
func backoff(attempt int) time.Duration {
	d := maxDelay
	if attempt < 8 {
		d = min(d, firstDelay<<(attempt-1))
	}
	return d/2 + rand.N(d/2)
}

// worth is how long an error like err is worth trying again for.
func (r *retrier) worth(err error, said response) time.Duration {
	var refused *transport.Error
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &refused):
		return r.worthOf(refused, said)
	case errors.Is(err, syscall.ECONNREFUSED):
		return min(refusedFor, r.budget)
	case errors.As(err, &dns) && dns.IsNotFound:
		return 0
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed),
		errors.As(err, &dns), errors.As(err, &network) && network.Timeout(), dropped(err):
		// Canceled is another goroutine's: the caller's own context is looked at before.
		return r.budget
	}
	return 0
}

func (r *retrier) worthOf(e *transport.Error, said response) time.Duration {
	switch {
	case e.StatusCode == http.StatusTooManyRequests && pullLimit(e, said):
		return 0
	case noSpace(e):
		return 0
	case e.StatusCode == http.StatusTooManyRequests, e.StatusCode == http.StatusRequestTimeout:
		return r.budget
	case e.StatusCode >= 500 && e.StatusCode != http.StatusNotImplemented:
		return r.budget
	case hasCode(e, transport.BlobUploadUnknownErrorCode):
		// The upload's session is gone, such as after a registry's restart.
		return r.budget
	}
	return 0
}

// notice tells the user about a wait that can be felt, at most every five
// seconds for one registry.
func (r *retrier) notice(repo name.Repository, err error, delay time.Duration) {
	if delay < time.Second {
		return
	}
	host := repo.RegistryStr()
	r.mu.Lock()
	recent := time.Since(r.noticed[host]) < 5*time.Second
	if !recent {
		r.noticed[host] = time.Now()
	}
	r.mu.Unlock()
	if !recent {
		r.reporter.Report(report.Notice{Level: report.Warning, Text: fmt.Sprintf("registry %s: %s; trying again in %s",
			shownHost(host), strings.TrimSpace(cause(err)), delay.Round(100*time.Millisecond))})
	}
}
