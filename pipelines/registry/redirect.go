package registry

import (
	"fmt"
	"net/http"
	"strings"
)

// maxRedirects is how often one request is sent on to another address. The HTTP client itself ends at 10, and says less.
const maxRedirects = 8

// redirectError is a request that is sent on without an end.
type redirectError struct {
	// through are the addresses, without their queries, which may hold signatures.
	through []string
}

func (e *redirectError) Error() string {
	return "it is redirected without an end: " + strings.Join(e.through, " to ")
}

// looping is a *redirectError when req was redirected too often already, or to
// where it has been. Nothing else bounds that: go-containerregistry's clients
// look at addresses alone.
func looping(req *http.Request) error {
	seen := map[string]bool{req.Method + " " + req.URL.String(): true}
	through := []string{address(req)}
	hops, again := 0, false
	for at := req; at.Response != nil && at.Response.Request != nil && hops <= maxRedirects; hops++ {
		at = at.Response.Request
		key := at.Method + " " + at.URL.String()
		again = again || seen[key]
		seen[key] = true
		through = append([]string{address(at)}, through...)
	}
	if !again && hops < maxRedirects {
		return nil
	}
	const shown = 4 // a loop is seen in a few
	if len(through) > shown {
		through = append(through[:shown], "…")
	}
	return &redirectError{through: through}
}

// address is where a request goes, as a message shows it.
func address(req *http.Request) string {
	return fmt.Sprintf("%s://%s%s", req.URL.Scheme, req.URL.Host, req.URL.EscapedPath())
}
