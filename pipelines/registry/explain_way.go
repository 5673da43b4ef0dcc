package registry

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// explainWay tells of what is in the way to a registry that may be well: a proxy,
// redirects, an answer that never comes.
func explainWay(e *Error, at string, repo name.Repository, err error) bool {
	host := shownHost(repo.RegistryStr())
	var proxy *proxyError
	var redirected *redirectError
	var stalled *stalledError
	var refused *transport.Error
	switch {
	case errors.As(err, &proxy):
		e.Problem, e.Next = fmt.Sprintf("%s can't be reached: %s", at, proxy), proxy.next(host)
	case errors.As(err, &refused) && refused.StatusCode == http.StatusProxyAuthRequired:
		e.Problem = fmt.Sprintf("%s can't be reached: a proxy in between wants a login (status 407)", at)
		e.Next = (&proxyError{variable: "HTTP_PROXY", status: http.StatusProxyAuthRequired}).next(host)
	case errors.As(err, &redirected):
		e.Problem = fmt.Sprintf("registry %s can't be used: %s", host, redirected)
		e.Next = "look at how the proxy in front of it redirects, or correct the registry's host in slipway.yaml"
	case errors.As(err, &stalled):
		e.Problem = fmt.Sprintf("%s does not get on: %s", at, stalled)
		e.Next = "look at the registry's load and log, and at proxies and firewalls in between, then run the command again"
	default:
		return false
	}
	e.Kind = ErrUnavailable
	return true
}
