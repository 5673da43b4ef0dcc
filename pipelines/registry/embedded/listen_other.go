//go:build !linux

package embedded

import (
	"context"
	"net"
)

// share does nothing: elsewhere the kernel does not spread connections over
// several listeners.
func share(net.Listener) error { return nil }

// join leaves the serving to the process that does it.
func join(context.Context, string) (net.Listener, error) { return nil, nil }
