package registry

import (
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/netip"

	"git.example/slipway/pipelines/keyed"
)

// wire is what every request passes: it refuses plain HTTP where that is not
// allowed, asks each registry only once how it wants to be logged in to, ends
// what does not get on, and notes what a response says.
type wire struct {
	transports *transports
	plain      func(host string) bool
	patience   *patience
	neighbours *neighbours

	// pings are the answers to GET /v2/, by scheme and host. go-containerregistry
	// asks for every repository anew.
	pings keyed.Once[string, pong]
}

func newWire(t *transports, plain func(host string) bool, p *patience) *wire {
	w := &wire{transports: t, plain: plain, patience: p, neighbours: newNeighbours()}
	w.pings.RetryErrors, w.pings.Stale = true, func(p pong) bool { return !p.speaks() }
	return w
}

// to is the wire for what is asked of one registry, and of the servers that it
// sends us to.
func (w *wire) to(registry string) http.RoundTripper { return &line{wire: w, registry: registry} }

// line is the wire as it is used for one registry.
type line struct {
	wire     *wire
	registry string
}

func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := looping(req); err != nil {
		return nil, err
	}
	req = l.wire.neighbours.real(req)
	if req.URL.Scheme == "http" && !l.wire.plain(req.URL.Host) && !l.wire.plain(l.registry) {
		return nil, &plainHTTPError{host: req.URL.Host}
	}
	if req.Method == http.MethodGet && req.URL.Path == "/v2/" && req.URL.RawQuery == "" {
		return l.wire.ping(req, l.send)
	}
	return l.send(req)
}

// send is one request and its answer.
func (l *line) send(req *http.Request) (*http.Response, error) {
	// A request that is sent again after its token ran out needs its body again.
	if req.Method == http.MethodPut && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = body
	}
	transport, err := l.wire.transports.of(l.registry)
	if err != nil {
		return nil, err
	}
	var at netip.Addr
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		if address, err := netip.ParseAddrPort(c.Conn.RemoteAddr().String()); err == nil {
			at = address.Addr().Unmap()
		}
	}}))
	resp, err := l.wire.patience.roundTrip(transport, req, l.registry)
	if err != nil {
		return nil, l.wire.transports.proxies.explained(req, err)
	}
	if resp.StatusCode >= 400 {
		noteResponse(req.Context(), resp)
	}
	l.wire.neighbours.admit(resp, at)
	return checked(resp)
}

// plainHTTPError is a registry that would have been spoken to in clear.
type plainHTTPError struct{ host string }

func (e *plainHTTPError) Error() string {
	return fmt.Sprintf("plain HTTP is not allowed with %s", e.host)
}
