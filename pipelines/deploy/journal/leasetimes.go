package journal

import "time"

// LeaseTimes are the times of a lock. Zero values are the defaults.
type LeaseTimes struct {
	// TTL is how long a heartbeat may stand still before the lock is taken
	// over; 30 s when zero.
	TTL time.Duration
	// Beat is the time between heartbeats; a sixth of TTL when zero.
	Beat time.Duration
	// Regain is how long a holder that could not renew its lock waits for the
	// journal, to put back what it has changed; 5 min when zero.
	Regain time.Duration
}

func (t LeaseTimes) ttl() time.Duration {
	if t.TTL == 0 {
		return 30 * time.Second
	}
	return t.TTL
}

func (t LeaseTimes) beat() time.Duration {
	if t.Beat == 0 {
		return t.ttl() / 6
	}
	return t.Beat
}

func (t LeaseTimes) regain() time.Duration {
	if t.Regain == 0 {
		return 5 * time.Minute
	}
	return t.Regain
}
