package awsfake

import (
	"sync"
	"time"
)

// Clock is the fake's time. It starts at the real one and runs with it until
// told otherwise.
type Clock struct {
	mu      sync.Mutex
	base    time.Time // the fake's time at since
	since   time.Time
	speed   float64
	moved   []func(now time.Time)
	elapsed func(time.Time) time.Duration
}

func newClock() *Clock {
	now := time.Now()
	return &Clock{base: now, since: now, speed: 1, elapsed: time.Since}
}

// Now is the time there.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	return c.base.Add(time.Duration(float64(c.elapsed(c.since)) * c.speed))
}

// Advance moves the time on, then tells those of OnAdvance.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	c.base, c.since = c.now().Add(d), time.Now()
	now, moved := c.base, c.moved
	c.mu.Unlock()
	for _, f := range moved {
		f(now)
	}
}

// Speed lets the time run times as fast as the real one. 0 stops it.
func (c *Clock) Speed(times float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.since = c.now(), time.Now()
	c.speed = times
}

// OnAdvance calls f after each Advance.
func (c *Clock) OnAdvance(f func(now time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved = append(c.moved, f)
}
