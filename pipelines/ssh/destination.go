package ssh

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// errPoolClosed is why nothing can be done after Pool.Close.
var errPoolClosed = errors.New("the connections were closed")

// destination is where a connection leads, and the connection while there is one.
type destination struct {
	options Options
	jump    *destination // nil for none

	mu      sync.Mutex
	live    *connection
	dialing *dialing
	// failures are the dials that failed in a row, the last one at failedAt.
	failures int
	failedAt time.Time
	closed   bool
}

// dialing is a dial under way, shared by all who wait for it.
type dialing struct {
	cancel  context.CancelFunc
	waiting int
	done    chan struct{} // then these are set:
	result  *connection
	err     error
}

// connect gives the live connection, and dials when there is none. Whoever
// comes while a dial is under way waits for it; it ends when nobody does.
func (d *destination) connect(ctx context.Context) (*connection, error) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil, fmt.Errorf("connecting to %s: %w", d.options.named(), errPoolClosed)
	}
	if d.live != nil && !d.live.isLost() {
		defer d.mu.Unlock()
		return d.live, nil
	}
	if d.dialing == nil {
		d.dialing = d.start()
	}
	attempt := d.dialing
	attempt.waiting++
	d.mu.Unlock()

	select {
	case <-attempt.done:
		return attempt.result, attempt.err
	case <-ctx.Done():
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	attempt.waiting--
	if attempt.waiting == 0 && d.dialing == attempt {
		attempt.cancel()
		d.dialing = nil
	}
	return nil, fmt.Errorf("connecting to %s: %w", d.options.named(), context.Cause(ctx))
}

// start dials in the background. The caller holds d.mu.
func (d *destination) start() *dialing {
	ctx, cancel := context.WithCancel(context.Background())
	attempt := &dialing{cancel: cancel, done: make(chan struct{})}
	pause := time.Until(d.failedAt.Add(backOff(d.failures)))
	go func() {
		defer cancel()
		defer close(attempt.done)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		attempt.result, attempt.err = d.dial(ctx)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.dialing != attempt { // nobody waits any more
			if attempt.result != nil {
				attempt.result.lose(errPoolClosed)
			}
			return
		}
		d.dialing = nil
		if attempt.err != nil {
			d.failures++
			d.failedAt = time.Now()
			return
		}
		d.live, d.failures = attempt.result, 0
	}()
	return attempt
}

// backOff is how long after the last of so many failed dials the next may begin.
func backOff(failures int) time.Duration {
	if failures == 0 {
		return 0
	}
	return min(250*time.Millisecond<<min(failures-1, 10), 5*time.Second)
}

func (d *destination) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	if d.dialing != nil {
		d.dialing.cancel()
		d.dialing = nil
	}
	if d.live != nil {
		d.live.lose(errPoolClosed)
	}
}
