package journal

import "time"

// heartbeatWatch finds out whether a lease is alive, from what changes while
// we look: the clocks of two machines are never compared.
type heartbeatWatch struct {
	n     int
	beat  string
	since time.Time
	alive bool // the heartbeat moved while we looked
}

func (w *heartbeatWatch) expired(beat string, n int, ttl time.Duration) bool {
	switch {
	case n != w.n:
		*w = heartbeatWatch{n: n, beat: beat, since: time.Now()}
	case beat != w.beat:
		w.beat, w.since, w.alive = beat, time.Now(), true
	}
	return time.Since(w.since) >= ttl
}
