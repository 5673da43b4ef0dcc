package embedded

import (
	"fmt"
	"io"
	"net"
	"time"
)

// DefaultAddress is where the registry is served when nothing else is said.
const DefaultAddress = "127.0.0.1:5077"

// Options say what to serve, and where.
type Options struct {
	// Address is a loopback address with a port. DefaultAddress when empty.
	Address string
	// Dir holds the registry; it is made, for this user alone, when it is not there.
	Dir string
	// Log gets the registry's own log; it is dropped when nil.
	Log io.Writer
	// KeepUploads leaves old uploads that did not end where they are.
	KeepUploads bool
	// Drain is how long Close waits for requests in flight. 30 s when zero.
	Drain time.Duration
}

// withDefaults fills in what is not set and refuses what can't be served.
func (o Options) withDefaults() (Options, error) {
	if o.Address == "" {
		o.Address = DefaultAddress
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Drain == 0 {
		o.Drain = 30 * time.Second
	}
	if o.Dir == "" {
		return o, fmt.Errorf("serving the embedded registry: no directory given")
	}
	host, _, err := net.SplitHostPort(o.Address)
	if err != nil {
		return o, fmt.Errorf("serving the embedded registry: address %q: %w; write it as %s", o.Address, err, DefaultAddress)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return o, fmt.Errorf("serving the embedded registry: address %q is not a loopback address; it has no logins, so use one such as %s", o.Address, DefaultAddress)
	}
	return o, nil
}
