package daggerengine

import (
	"context"
	"io"
	"sync"
	"time"
)

// streams is how many outputs a container has: standard output and error.
const streams = 2

// follower passes on the output of some containers.
type follower struct {
	logs *logs
	id   string

	mu sync.Mutex
	// to is nil once the follower is done.
	to io.Writer
	// open counts the streams that have not ended, by container; ended counts the
	// containers that have no such stream.
	open    map[string]int
	ended   int
	changed chan struct{}
}

func (f *follower) add(container, text string, ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.open[container]; !ok {
		f.open[container] = streams
	}
	if f.to != nil && text != "" {
		io.WriteString(f.to, text)
	}
	if !ended {
		return
	}
	if f.open[container]--; f.open[container] == 0 {
		f.ended++
		select {
		case f.changed <- struct{}{}:
		default:
		}
	}
}

// done waits a moment for what has been printed but did not arrive yet: until
// all containers that printed something have ended, and at least so many. Then
// nothing is written any more.
func (f *follower) done(ctx context.Context, containers int) {
	if f.logs == nil {
		return
	}
	timeout := time.NewTimer(logDelay)
	defer timeout.Stop()
	for waiting := true; waiting && !f.quiet(containers); {
		select {
		case <-f.changed:
		case <-timeout.C:
			waiting = false
		case <-ctx.Done():
			waiting = false
		}
	}
	f.logs.mu.Lock()
	delete(f.logs.followed, f.id)
	f.logs.mu.Unlock()
	f.mu.Lock()
	f.to = nil
	f.mu.Unlock()
}

func (f *follower) quiet(containers int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ended >= max(containers, len(f.open))
}

// live says whether output arrives by itself.
func (f *follower) live() bool { return f.logs != nil }
