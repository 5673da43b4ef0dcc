package registry

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"git.example/slipway/pipelines/lazy"
)

// neighbours are servers that a registry on a private network sends us to by
// their addresses: for a token, to upload to, to read a blob from.
// go-containerregistry refuses every private address but the registry's own,
// since a registry somewhere on the internet could have us ask servers of ours.
// A registry that is on such a network itself may do that: it is given a name
// instead of the address, which is taken back when the request is sent.
type neighbours struct {
	mu sync.Mutex
	// hosts are addresses with their ports, by the name that stands for them.
	hosts map[string]string
}

func newNeighbours() *neighbours { return &neighbours{hosts: map[string]string{}} }

// realm is the address of a token server in a challenge.
var realm = lazy.Regexp(`(?i)\brealm="([^"]*)"`)

// admit names the neighbours in a response of the server at address, which may
// be unknown.
func (n *neighbours) admit(resp *http.Response, address netip.Addr) {
	if to := resp.Header.Get("Location"); to != "" {
		resp.Header.Set("Location", n.named(resp.Request, to, address))
	}
	challenges := resp.Header.Values("WWW-Authenticate")
	for i, challenge := range challenges {
		if at := realm().FindStringSubmatchIndex(challenge); at != nil {
			challenges[i] = challenge[:at[2]] + n.named(resp.Request, challenge[at[2]:at[3]], address) + challenge[at[3]:]
		}
	}
}

func (n *neighbours) named(req *http.Request, to string, from netip.Addr) string {
	at, err := url.Parse(to)
	if err != nil || at.Host == "" || at.Host == req.URL.Host {
		return to
	}
	address, err := netip.ParseAddr(at.Hostname())
	if err != nil || !reaches(from, address.Unmap()) {
		return to
	}
	name := "neighbour-" + strings.NewReplacer(".", "-", ":", "-", "[", "", "]", "").Replace(at.Host) + ".invalid"
	n.mu.Lock()
	n.hosts[name] = at.Host
	n.mu.Unlock()
	at.Host = name
	return at.String()
}

// reaches says that a server at from may send us to the address to. What is
// link-local, such as the metadata of a cloud's machine, is never a neighbour.
func reaches(from, to netip.Addr) bool {
	switch {
	case !from.IsValid():
		return false
	case from.IsLoopback():
		return to.IsLoopback() || to.IsPrivate()
	}
	return from.IsPrivate() && to.IsPrivate()
}

// real is req with the address in the place of a neighbour's name.
func (n *neighbours) real(req *http.Request) *http.Request {
	n.mu.Lock()
	host, ok := n.hosts[req.URL.Host]
	n.mu.Unlock()
	if !ok {
		return req
	}
	req = req.Clone(req.Context())
	req.URL.Host, req.Host = host, host
	return req
}
