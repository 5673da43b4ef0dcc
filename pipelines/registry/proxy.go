package registry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxies finds the proxy of a request in HTTPS_PROXY, HTTP_PROXY and NO_PROXY,
// as every Go program does, Docker's among them.
type proxies struct {
	find   func(*url.URL) (*url.URL, error)
	config httpproxy.Config
}

func newProxies(lookup func(string) (string, bool)) *proxies {
	get := func(names ...string) string {
		for _, name := range names {
			if value, _ := lookup(name); value != "" {
				return value
			}
		}
		return ""
	}
	c := httpproxy.Config{
		HTTPProxy: get("HTTP_PROXY", "http_proxy"), HTTPSProxy: get("HTTPS_PROXY", "https_proxy"), NoProxy: get("NO_PROXY", "no_proxy"),
		CGI: get("REQUEST_METHOD") != "",
	}
	return &proxies{find: c.ProxyFunc(), config: c}
}

// of is the proxy of a request; nil for none.
func (p *proxies) of(req *http.Request) (*url.URL, error) {
	at, err := p.find(req.URL)
	if err != nil {
		// The error holds the variable's value, which may hold a password.
		return nil, &proxyError{variable: p.variable(req.URL.Scheme), problem: "its value is no address of a proxy"}
	}
	return at, nil
}

// variable is the one that names the proxy for a scheme.
func (p *proxies) variable(scheme string) string {
	if scheme == "http" {
		return "HTTP_PROXY"
	}
	return "HTTPS_PROXY"
}

// connected looks at what a proxy answers to being asked for a connection.
func (p *proxies) connected(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy: proxy.Host, variable: p.variable("https"), status: resp.StatusCode,
		problem: fmt.Sprintf("it answers with status %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))}
}

// proxyError is a proxy that does not let a request through.
type proxyError struct {
	// proxy is its host; empty where that is not known.
	proxy    string
	variable string
	status   int
	problem  string
	err      error
}

func (e *proxyError) Error() string {
	if e.proxy == "" {
		return fmt.Sprintf("the proxy of %s: %s", e.variable, e.problem)
	}
	return fmt.Sprintf("the proxy %s of %s: %s", e.proxy, e.variable, e.problem)
}

func (e *proxyError) Unwrap() error { return e.err }

// next is what to do about it.
func (e *proxyError) next(registry string) string {
	host := registry
	if h, _, err := net.SplitHostPort(registry); err == nil {
		host = h
	}
	without := fmt.Sprintf("or have %s asked without it (NO_PROXY=%s)", registry, host)
	if e.status == http.StatusProxyAuthRequired {
		return fmt.Sprintf("give the proxy's login in %s (http://user:password@host:port), %s", e.variable, without)
	}
	return fmt.Sprintf("correct %s, %s", e.variable, without)
}

// explained is err as a *proxyError, if it came from the proxy of req.
func (p *proxies) explained(req *http.Request, err error) error {
	var already *proxyError
	var network *net.OpError
	if errors.As(err, &already) || !errors.As(err, &network) || network.Op != "proxyconnect" {
		return err
	}
	e := &proxyError{variable: p.variable(req.URL.Scheme), problem: strings.TrimSpace(network.Err.Error()), err: err}
	if at, findErr := p.find(req.URL); findErr == nil && at != nil {
		e.proxy = at.Host
	}
	return e
}
