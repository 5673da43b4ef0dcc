package registry

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// response is what the last refusing response of an attempt said in its headers,
// which go-containerregistry's errors do not carry.
type response struct {
	retryAfter time.Duration
	// window is the length of the rate limit's period, from Docker Hub's
	// "ratelimit-limit: 100;w=21600".
	window time.Duration
	// scheme is how a login is wanted: "basic" or "bearer".
	scheme string
	// token says that it came from a token server, writing that the token was
	// to write with.
	token, writing bool
}

// listener is where an attempt's responses are noted. Something that it began and
// shares with others may go on after its end.
type listener struct {
	mu   sync.Mutex
	said response
}

type listenerKey struct{}

// listening is ctx with a new listener.
func listening(ctx context.Context) (context.Context, *listener) {
	l := &listener{}
	return context.WithValue(ctx, listenerKey{}, l), l
}

// heard is what the last refusing response said.
func (l *listener) heard() response {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said
}

// noteResponse notes a refusing response where ctx has a listener.
func noteResponse(ctx context.Context, resp *http.Response) {
	l, ok := ctx.Value(listenerKey{}).(*listener)
	if !ok {
		return
	}
	said := response{retryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()), token: !content(resp.Request.URL.Path)}
	said.writing = said.token && strings.Contains(resp.Request.URL.Query().Get("scope"), "push")
	scheme, _, _ := strings.Cut(resp.Header.Get("WWW-Authenticate"), " ")
	said.scheme = strings.ToLower(scheme)
	for part := range strings.SplitSeq(resp.Header.Get("RateLimit-Limit"), ";") {
		if seconds, ok := strings.CutPrefix(strings.TrimSpace(part), "w="); ok {
			n, _ := strconv.Atoi(seconds)
			said.window = time.Duration(n) * time.Second
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = said
}

// content says that a path is of a repository's content, and not of a token server.
func content(path string) bool {
	for _, part := range []string{"/manifests/", "/blobs/", "/tags/", "/referrers/"} {
		if strings.Contains(path, part) {
			return true
		}
	}
	return path == "/v2/"
}

// retryAfter reads a number of seconds or a date
// (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
