package registry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// readError is an error of the registry that is read from, while writing to another.
type readError struct {
	repo name.Repository
	err  error
}

func (e *readError) Error() string { return e.err.Error() }

func (e *readError) Unwrap() error { return e.err }

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
	return errors.As(err, &network) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, context.DeadlineExceeded) || dropped(err)
}

// dropped says that the connection ended, or the stream on it, in a way that has
// no type: a server that shuts down (GOAWAY) or resets a stream of HTTP/2, or that
// closes a connection that was kept.
func dropped(err error) bool {
	text := err.Error()
	for _, part := range []string{"http2: server sent GOAWAY", "http2: client connection lost", "http2: Transport: cannot retry", "stream error: stream ID",
		"http: server closed idle connection", "readLoopPeekFailLocked", "server closed connection"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
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
