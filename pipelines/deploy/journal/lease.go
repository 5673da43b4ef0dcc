package journal

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"
)

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

// Lease is a lock that is held while its heartbeat moves. A killed run strands
// nobody: its heartbeat stands still, and after TTL the next run takes over
// with the next number, which stops a holder that was only slow.
type Lease struct {
	Info    LockInfo
	journal *Journal
	// lost ends what the holder does, end the heartbeat.
	lost    context.CancelCauseFunc
	end     context.CancelFunc
	beating sync.WaitGroup
}

// Acquire takes the lock for a deploy of release, waiting up to wait while
// somebody else holds it: a *Locked error says who does. The returned context
// ends with ErrLockLost when the lock is lost. The heartbeat goes on when ctx is
// cancelled, until Release: whoever was interrupted still has to go back.
func (j *Journal) Acquire(ctx context.Context, by Holder, release string, wait time.Duration) (*Lease, context.Context, error) {
	info, err := j.take(ctx, LockInfo{By: by, Release: release}, wait)
	if err != nil {
		return nil, ctx, err
	}
	held, lost := context.WithCancelCause(ctx)
	beating, end := context.WithCancel(context.WithoutCancel(ctx))
	l := &Lease{Info: info, journal: j, lost: lost, end: end}
	l.beating.Go(func() { l.heartbeat(beating) })
	return l, held, nil
}

// Check fails with ErrLockLost when the lock is not held any more.
func (l *Lease) Check(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	n, err := l.journal.newest(ctx)
	if err != nil {
		return err
	}
	if n != l.Info.N {
		return ErrLockLost
	}
	_, err = l.journal.files.ReadFile(ctx, l.journal.lockFile(n, "released"))
	if err == nil {
		return ErrLockLost // somebody unlocked it by hand
	}
	return nil
}

// Fence is Check, patient while the journal can't be read: as long as the lease
// may stand still nobody takes it over, and nothing is changed meanwhile.
func (l *Lease) Fence(ctx context.Context) error {
	return l.patiently(ctx, l.journal.lease.ttl(), l.Check)
}

// Regain takes a lease up again that could not be renewed, waiting until the
// journal can be reached: it is still ours unless somebody took it over.
func (l *Lease) Regain(ctx context.Context) error {
	return l.patiently(ctx, l.journal.lease.regain(), func(ctx context.Context) error {
		if err := l.Check(ctx); err != nil {
			return err
		}
		if err := l.beat(ctx, "again"); err != nil { // whoever watches it sees it move
			return err
		}
		return l.Check(ctx)
	})
}

func (l *Lease) beat(ctx context.Context, count string) error {
	return l.journal.files.WriteFile(ctx, l.journal.lockFile(l.Info.N, "beat"), []byte(count), 0o644)
}

// patiently calls check until the journal can be reached, for a while: then it
// gives an unrenewed.
func (l *Lease) patiently(ctx context.Context, patience time.Duration, check func(context.Context) error) error {
	deadline := time.Now().Add(patience)
	for {
		err := check(ctx)
		switch {
		case err == nil, errors.Is(err, ErrLockLost):
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case time.Now().After(deadline):
			return &unrenewed{after: patience, err: err}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(l.journal.lease.beat()):
		}
	}
}

// Release gives the lock back. It works after ctx was cancelled, too.
func (l *Lease) Release(ctx context.Context) error {
	l.end()
	l.beating.Wait()
	l.lost(nil)
	ctx = context.WithoutCancel(ctx)
	if n, err := l.journal.newest(ctx); err != nil || n != l.Info.N {
		return err // a lock that was lost is another's to release
	}
	return l.journal.release(ctx, l.Info.N)
}

// unrenewed is an ErrLockLost of which nobody knows whether another run took
// the lock over: the journal can't be reached.
type unrenewed struct {
	after time.Duration
	err   error
}

func (e *unrenewed) Error() string {
	return fmt.Sprintf("the environment's lock could not be renewed for %s: %v", e.after, e.err)
}

func (e *unrenewed) Is(target error) bool { return target == ErrLockLost }

func (e *unrenewed) Unwrap() error { return e.err }

// heartbeat goes on when the lease could not be renewed: it may be taken up again.
func (l *Lease) heartbeat(ctx context.Context) {
	times := l.journal.lease
	tick := time.NewTicker(times.beat())
	defer tick.Stop()
	renewed := time.Now()
	for count := 1; ; count++ {
		err := l.Check(ctx)
		if err == nil {
			err = l.beat(ctx, strconv.Itoa(count))
		}
		switch {
		case err == nil:
			renewed = time.Now()
		case ctx.Err() != nil:
			return
		case err == ErrLockLost:
			l.lost(err)
			return
		case time.Since(renewed) >= times.ttl():
			l.lost(&unrenewed{after: times.ttl(), err: err}) // the first time counts
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
