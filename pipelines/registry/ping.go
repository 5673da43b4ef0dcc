package registry

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
)

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

// errNoTLS is a registry without TLS that is spoken to in plain HTTP.
var errNoTLS = errors.New("it has no TLS")

// maxPong is how much of such an answer is read.
const maxPong = 64 << 10

// ping asks a registry for the first time, with send. Where plain HTTP is
// allowed too, both are asked for: TLS goes first, and plain HTTP only where no
// registry answers over TLS, so that a login does not go over the line in clear
// because TLS was slower.
func (w *wire) ping(req *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	once := func(scheme string) (pong, error) {
		at := *req.URL
		at.Scheme = scheme
		return w.pings.Do(req.Context(), scheme+"://"+at.Host, func(ctx context.Context) (pong, error) {
			one := req.Clone(ctx)
			one.URL = &at
			resp, err := send(one)
			if err != nil {
				return pong{}, err
			}
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(io.LimitReader(resp.Body, maxPong)) // lets the connection be used again, too
			return pong{resp.StatusCode, resp.Header, body}, err
		})
	}
	if req.URL.Scheme == "https" {
		if _, speaks := w.pings.Get("http://" + req.URL.Host); speaks {
			return nil, errNoTLS
		}
	} else if over, err := once("https"); err == nil && over.speaks() {
		return nil, fmt.Errorf("%s speaks TLS", req.URL.Host)
	}
	answer, err := once(req.URL.Scheme)
	if noTLS := (tls.RecordHeaderError{}); errors.As(err, &noTLS) && w.plain(req.URL.Host) {
		// What counts is what it says without.
		if _, err = once("http"); err == nil {
			err = errNoTLS
		}
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: answer.status, Status: http.StatusText(answer.status), Header: answer.header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Body: io.NopCloser(bytes.NewReader(answer.body)), ContentLength: int64(len(answer.body)),
	}, nil
}
