package embedded

import (
	"context"
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// share lets other processes of this user listen on the listener's address too
// (https://man7.org/linux/man-pages/man7/socket.7.html, SO_REUSEPORT).
func share(listener net.Listener) error {
	raw, err := listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		return err
	}
	return reusePort("", "", raw)
}

// join listens on an address beside others.
func join(ctx context.Context, address string) (net.Listener, error) {
	config := net.ListenConfig{Control: reusePort}
	listener, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, unix.EADDRINUSE) {
		return nil, taken(address, errors.New("it belongs to another user"))
	}
	return listener, err
}

func reusePort(_, _ string, raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
	return errors.Join(err, failed)
}
