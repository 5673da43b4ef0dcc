package registry

import (
	"fmt"
	"time"
)

// stalledError is a request that did not get on and was given up.
type stalledError struct {
	host string
	// phase is "answer", "upload" or "download".
	phase string
	// moved are the bytes of that phase, of those that there are; not known when
	// negative.
	moved, of int64
	after     time.Duration
}

// state is how far it got.
func (e *stalledError) state() string {
	after := e.after.Round(100 * time.Millisecond)
	switch {
	case e.phase == "answer":
		return fmt.Sprintf("no answer for %s", after)
	case e.of > 0:
		return fmt.Sprintf("%s stalled at %s of %s for %s", e.phase, size(e.moved), size(e.of), after)
	}
	return fmt.Sprintf("%s stalled at %s for %s", e.phase, size(e.moved), after)
}

func (e *stalledError) Error() string { return e.state() }

// Timeout and Temporary make it a net.Error, which is tried again.
func (e *stalledError) Timeout() bool   { return true }
func (e *stalledError) Temporary() bool { return true }

// size is a number of bytes as people read it.
func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
