package keyed

import (
	"context"
	"errors"
)

// errUnfinished is a computation whose goroutine ended in the middle of it.
var errUnfinished = errors.New("the computation did not finish")

// computation is one key's value, or on its way to be one.
type computation[V any] struct {
	// done is closed when value and err are there.
	done  chan struct{}
	value V
	err   error

	// The rest is under the lock of Once.

	// waiting is how many callers wait; the last that leaves gives it up, and
	// cancel ends its context.
	waiting  int
	givenUp  bool
	cancel   context.CancelCauseFunc
	finished bool
}

// wait waits for the end; its error is the cause of a context that ended before.
func (c *computation[V]) wait(ctx context.Context) error {
	select {
	case <-c.done:
		return nil
	default:
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// interrupted says that it failed because a context ended.
func (c *computation[V]) interrupted() bool {
	return c.givenUp || errors.Is(c.err, context.Canceled) || errors.Is(c.err, context.DeadlineExceeded)
}
