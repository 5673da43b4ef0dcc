package ssh

import (
	"errors"
	"io"
	"testing"
	"time"

	"git.example/slipway/pipelines/command"
)

// A session that is over because the connection broke is no login shell that ends
// without running anything, although its end is seen first.
func TestSessionOfABrokenConnection(t *testing.T) {
	t.Parallel()
	for _, broken := range []bool{true, false} {
		g := &greeting{conn: &connection{lost: make(chan struct{})}, out: newForeignOutput("mark"), closed: make(chan struct{}), code: -1}
		if !broken {
			g.code = 0
		}
		close(g.closed)
		if broken {
			time.AfterFunc(100*time.Millisecond, func() { g.conn.reason = io.EOF; close(g.conn.lost) })
		}
		state, err := g.wait(t.Context(), time.Minute)
		if state != ended || errors.Is(err, command.ErrLost) != broken {
			t.Errorf("broken %v: %v, %v", broken, state, err)
		}
	}
}
