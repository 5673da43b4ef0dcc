package registry

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// transports carry requests: one for each registry, because each is believed
// with certificates of its own, and so are the servers that it sends us to.
type transports struct {
	trust   *trust
	proxies *proxies
	// given carries all requests when it is set.
	given http.RoundTripper

	mu     sync.Mutex
	opened map[string]http.RoundTripper
}

func newTransports(t *trust, p *proxies, given http.RoundTripper) *transports {
	return &transports{trust: t, proxies: p, given: given, opened: map[string]http.RoundTripper{}}
}

// of carries the requests of one registry. An error is a *certsError, and is
// looked at again by the next caller.
func (t *transports) of(registry string) (http.RoundTripper, error) {
	if t.given != nil {
		return t.given, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if opened, ok := t.opened[registry]; ok {
		return opened, nil
	}
	believed, err := t.trust.of(registry)
	if err != nil {
		return nil, err
	}
	// Like Go's default, with limits for hosts that never answer.
	opened := &http.Transport{
		Proxy:                  t.proxies.of,
		OnProxyConnectResponse: t.proxies.connected,
		DialContext:            (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        believed.config,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
	}
	t.opened[registry] = opened
	return opened, nil
}
