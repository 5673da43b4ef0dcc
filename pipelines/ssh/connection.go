package ssh

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/command"
)

// connection is one connection to a host, until it is lost.
type connection struct {
	options     Options
	destination *destination
	client      *xssh.Client
	heard       *hearing
	slots       *slots
	// stops takes turns with the session that signals are sent through.
	stops chan struct{}
	// opening takes turns with opening the sftp session.
	opening chan struct{}
	mu      sync.Mutex
	files   *filesSession // nil until it is needed
	// asking takes turns with asking the login shell; shell is what came of it.
	asking chan struct{}
	shell  *askedShell

	once   sync.Once
	lost   chan struct{} // closed when nothing comes through any more; then
	reason error         // is why
}

func newConnection(d *destination, client *xssh.Client, heard *hearing) *connection {
	c := &connection{
		options: d.options, destination: d, client: client, heard: heard, slots: newSlots(),
		stops: make(chan struct{}, 1), opening: make(chan struct{}, 1), asking: make(chan struct{}, 1), lost: make(chan struct{}),
	}
	go func() { c.lose(client.Wait()) }()
	go c.keepAlive(d.options.keepalive())
	return c
}

// lose ends the connection; the first reason counts.
func (c *connection) lose(reason error) {
	c.once.Do(func() {
		c.reason = reason
		close(c.lost)
		go c.client.Close() // it may block on a dead peer
	})
}

func (c *connection) isLost() bool {
	select {
	case <-c.lost:
		return true
	default:
		return false
	}
}

// lostError is the error of what was under way when the connection broke.
func (c *connection) lostError() error {
	if c.isLost() && c.reason != nil {
		return fmt.Errorf("%s: %w (%v)", c.options, command.ErrLost, c.reason)
	}
	return fmt.Errorf("%s: %w", c.options, command.ErrLost)
}

// keepAlive asks a silent peer for an answer, and gives the connection up when
// it was silent for three times every.
func (c *connection) keepAlive(every time.Duration) {
	answered := make(chan struct{}, 1)
	var asked time.Time // zero when nothing is asked
	for wait := every; ; {
		select {
		case <-c.lost:
			return
		case <-answered:
			asked = time.Time{}
		case <-time.After(wait):
		}
		silent := c.heard.silent()
		switch {
		case asked.IsZero() && silent >= every:
			asked = time.Now()
			go func() {
				c.client.SendRequest("keepalive@openssh.com", true, nil)
				answered <- struct{}{}
			}()
		case !asked.IsZero() && silent >= 3*every && time.Since(asked) >= 2*every:
			// The second condition is for us having stood still, not the peer.
			c.lose(fmt.Errorf("the host did not answer for %s", 3*every))
			return
		}
		wait = every - silent
		if !asked.IsZero() {
			wait = max(3*every-silent, 2*every-time.Since(asked))
		}
		wait = max(wait, time.Millisecond)
	}
}

// hearing is a network connection that knows when it last heard something.
type hearing struct {
	net.Conn
	began time.Time
	last  atomic.Int64 // nanoseconds after began
}

func newHearing(c net.Conn) *hearing { return &hearing{Conn: c, began: time.Now()} }

func (h *hearing) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if n > 0 {
		h.last.Store(int64(time.Since(h.began)))
	}
	return n, err
}

// silent is for how long nothing was heard.
func (h *hearing) silent() time.Duration {
	return time.Since(h.began) - time.Duration(h.last.Load())
}

// wait waits for done, unless ctx ends or the connection breaks before.
func (c *connection) wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.lost:
		return c.lostError()
	}
}
