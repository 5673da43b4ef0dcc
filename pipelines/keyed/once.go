package keyed

import (
	"context"
	"sync"
)

// Once computes a value for each key once, and remembers it. It is safe for
// several goroutines, and its zero value is ready for use. Set its fields before
// the first call.
//
// A failure is remembered like a value, except one that comes from a context
// that ended: after that the next caller computes again.
type Once[K comparable, V any] struct {
	// RetryErrors makes a failure one for those who wait for it only: the next
	// caller computes again.
	RetryErrors bool
	// Stale says that a value that is remembered is of no use any more, such as a
	// login that has expired. None ever is when nil.
	Stale func(V) bool

	mu           sync.Mutex
	computations map[K]*computation[V]
}

// Do is the value of key: the one that is remembered, else that of compute. Of
// several callers at once one computes and the others wait for it; there are
// never two computations of one key at a time.
//
// A caller whose ctx ends returns at once, with its cause. The computation goes
// on for the others: its context has the values of the first caller's, and ends
// when nobody waits any more.
func (o *Once[K, V]) Do(ctx context.Context, key K, compute func(context.Context) (V, error)) (V, error) {
	for {
		c, joined := o.join(ctx, key, compute)
		if err := c.wait(ctx); err != nil {
			if joined {
				o.leave(c, err)
			}
			var none V
			return none, err
		}
		if joined {
			return c.value, c.err
		}
	}
}

// Get is the value of key that is remembered.
func (o *Once[K, V]) Get(key K) (V, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.computations[key]
	if c == nil || !c.finished || c.err != nil || o.stale(c) {
		var none V
		return none, false
	}
	return c.value, true
}

// Set remembers a value that came in another way.
func (o *Once[K, V]) Set(key K, value V) {
	c := &computation[V]{done: make(chan struct{}), cancel: func(error) {}, finished: true, value: value}
	close(c.done)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.remember(key, c)
}

// Forget drops what is remembered of key. A computation under way goes on, and
// is remembered.
func (o *Once[K, V]) Forget(key K) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c := o.computations[key]; c != nil && c.finished {
		delete(o.computations, key)
	}
}

// join makes the caller one of those who wait for key's computation, which it
// begins where there is none. One that was given up has to end first: then
// the caller has not joined, and asks again after it.
func (o *Once[K, V]) join(ctx context.Context, key K, compute func(context.Context) (V, error)) (c *computation[V], joined bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c = o.computations[key]
	switch {
	case c == nil || c.finished && o.stale(c):
		if ctx.Err() != nil {
			return &computation[V]{}, false
		}
		c = o.begin(ctx, key, compute)
	case c.givenUp:
		return c, false
	}
	c.waiting++
	return c, true
}

func (o *Once[K, V]) begin(ctx context.Context, key K, compute func(context.Context) (V, error)) *computation[V] {
	shared, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	c := &computation[V]{done: make(chan struct{}), cancel: cancel, err: errUnfinished}
	o.remember(key, c)
	go func() {
		defer o.finish(key, c)
		c.value, c.err = compute(shared)
	}()
	return c
}

func (o *Once[K, V]) finish(key K, c *computation[V]) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c.err != nil && (o.RetryErrors || c.interrupted()) && o.computations[key] == c {
		delete(o.computations, key)
	}
	c.finished, c.givenUp = true, false
	c.cancel(nil)
	close(c.done)
}

// leave is a caller that goes before the end; the last one ends the computation.
func (o *Once[K, V]) leave(c *computation[V], cause error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c.waiting--; c.waiting == 0 && !c.finished {
		c.givenUp = true
		c.cancel(cause)
	}
}

func (o *Once[K, V]) remember(key K, c *computation[V]) {
	if o.computations == nil {
		o.computations = map[K]*computation[V]{}
	}
	o.computations[key] = c
}

func (o *Once[K, V]) stale(c *computation[V]) bool {
	return c.err == nil && o.Stale != nil && o.Stale(c.value)
}
