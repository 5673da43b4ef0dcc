package registry

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
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

	mu    sync.Mutex
	pings map[string]*ping
}

// ping is the answer to GET /v2/ of one scheme and host. go-containerregistry
// asks for every repository anew.
type ping struct {
	mu       sync.Mutex
	answered bool
	status   int
	header   http.Header
}

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
	w.mu.Lock()
	key := req.URL.Scheme + "://" + req.URL.Host
	known := w.pings[key]
	if known == nil {
		known = &ping{}
		w.pings[key] = known
	}
	plain := w.pings["http://"+req.URL.Host]
	w.mu.Unlock()

	if req.URL.Scheme == "https" && plain != nil && plain.speaks() {
		return nil, fmt.Errorf("%s speaks plain HTTP", req.URL.Host)
	}
	known.mu.Lock()
	defer known.mu.Unlock()
	if !known.answered {
		resp, err := w.send(req)
		if err != nil || resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusUnauthorized {
			return resp, err
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // lets the connection be used again
		_ = resp.Body.Close()
		known.answered, known.status, known.header = true, resp.StatusCode, resp.Header
	}
	return &http.Response{
		StatusCode: known.status, Status: http.StatusText(known.status), Header: known.header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, Request: req,
	}, nil
}

func (p *ping) speaks() bool {
	if !p.mu.TryLock() {
		return false
	}
	defer p.mu.Unlock()
	return p.answered
}

// plainHTTPError is a registry that would have been spoken to in clear.
type plainHTTPError struct{ host string }

func (e *plainHTTPError) Error() string {
	return fmt.Sprintf("plain HTTP is not allowed with %s", e.host)
}
