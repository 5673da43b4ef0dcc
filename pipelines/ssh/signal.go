package ssh

import (
	"context"
	"fmt"
	"time"

	xssh "golang.org/x/crypto/ssh"
)

// signal sends a signal to the program's process group: through another session,
// or where the host allows none through another connection, since not every sshd
// passes signals on. If that fails, too, sshd is asked.
func (p *program) signal(ctx context.Context, name string) {
	select {
	case pid := <-p.pid:
		p.pid <- pid
		if p.conn.kill(ctx, name, pid) || p.isClosed() || p.conn.killFromOutside(ctx, name, pid) {
			return
		}
	case <-p.conn.lost:
		return
	case <-ctx.Done():
	}
	if p.isClosed() {
		return
	}
	p.channel.SendRequest("signal", false, xssh.Marshal(struct{ Name string }{name}))
}

// killFromOutside is kill over a connection that is made for it.
func (c *connection) killFromOutside(ctx context.Context, name string, pid int) bool {
	other, err := c.destination.dial(ctx)
	if err != nil {
		return false
	}
	defer other.lose(errPoolClosed)
	return other.kill(ctx, name, pid)
}

// kill signals a process group of the host, and says whether it could.
func (c *connection) kill(ctx context.Context, name string, pid int) bool {
	select {
	case c.stops <- struct{}{}:
		defer func() { <-c.stops }()
	case <-ctx.Done():
		return false
	case <-c.lost:
		return false
	}
	var channel xssh.Channel
	var requests <-chan *xssh.Request
	for tries := 0; ; tries++ {
		var err error
		if channel, requests, err = c.open(ctx); err == nil {
			break
		}
		if tries == 10 || c.pause(ctx, 20*time.Millisecond) != nil {
			return false
		}
	}
	defer channel.Close()
	closed := make(chan struct{})
	go func() {
		xssh.DiscardRequests(requests)
		close(closed)
	}()
	ok, err := channel.SendRequest("exec", true, xssh.Marshal(struct{ Command string }{"exec sh -s"}))
	if err != nil || !ok {
		return false
	}
	script := fmt.Sprintf("kill -s %s -- -%d 2>/dev/null || kill -s %s %d 2>/dev/null", name, pid, name, pid)
	if _, err := channel.Write([]byte(script)); err != nil {
		return false
	}
	channel.CloseWrite()
	return c.wait(ctx, closed) == nil
}
