package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"git.example/slipway/pipelines/keyed"
)

// newTransport is like Go's default transport, with limits for hosts that never
// answer. It takes the proxy from the environment, as every Go program does.
func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		// A registry may hash a large blob before it answers.
		ResponseHeaderTimeout: 5 * time.Minute,
	}
}

// wire is what every request passes: it refuses plain HTTP where that is not
// allowed, asks each registry only once how it wants to be logged in to, and
// notes what a response says about waiting.
type wire struct {
	next  http.RoundTripper
	plain func(host string) bool

	// pings are the answers to GET /v2/, by scheme and host. go-containerregistry
	// asks for every repository anew.
	pings keyed.Once[string, pong]
}

func newWire(next http.RoundTripper, plain func(host string) bool) *wire {
	w := &wire{next: next, plain: plain}
	w.pings.RetryErrors, w.pings.Stale = true, func(p pong) bool { return !p.speaks() }
	return w
}

// pong is an answer to GET /v2/.
type pong struct {
	status int
	header http.Header
	body   []byte
}

// speaks says that a registry has answered, if only that it wants a login.
func (p pong) speaks() bool {
	return p.status == http.StatusOK || p.status == http.StatusUnauthorized
}

// maxPong is how much of such an answer is read.
const maxPong = 64 << 10

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "http" && !w.plain(req.URL.Host) {
		return nil, &plainHTTPError{host: req.URL.Host}
	}
	if req.Method == http.MethodGet && req.URL.Path == "/v2/" && req.URL.RawQuery == "" {
		return w.ping(req)
	}
	return w.send(req)
}

func (w *wire) send(req *http.Request) (*http.Response, error) {
	// A request that is sent again after its token ran out needs its body again.
	if req.Method == http.MethodPut && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = body
	}
	resp, err := w.next.RoundTrip(req)
	if err == nil && resp.StatusCode >= 400 {
		noteResponse(req.Context(), resp)
	}
	return resp, err
}

func (w *wire) ping(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "https" {
		if _, speaks := w.pings.Get("http://" + req.URL.Host); speaks {
			return nil, fmt.Errorf("%s speaks plain HTTP", req.URL.Host)
		}
	}
	answer, err := w.pings.Do(req.Context(), req.URL.Scheme+"://"+req.URL.Host, func(ctx context.Context) (pong, error) {
		resp, err := w.send(req.Clone(ctx))
		if err != nil {
			return pong{}, err
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxPong)) // lets the connection be used again, too
		return pong{resp.StatusCode, resp.Header, body}, err
	})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: answer.status, Status: http.StatusText(answer.status), Header: answer.header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Body: io.NopCloser(bytes.NewReader(answer.body)), ContentLength: int64(len(answer.body)),
	}, nil
}

// plainHTTPError is a registry that would have been spoken to in clear.
type plainHTTPError struct{ host string }

func (e *plainHTTPError) Error() string {
	return fmt.Sprintf("plain HTTP is not allowed with %s", e.host)
}
