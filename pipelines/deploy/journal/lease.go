package journal

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"sync"
	"time"
)

// Lease is a lock that is held while its heartbeat moves. A killed run strands
// nobody: its heartbeat stands still, and after TTL the next run takes over
// with the next number, which stops a holder that was only slow.
type Lease struct {
	Info  LockInfo
	locks locks
	// lost ends what the holder does, end the heartbeat.
	lost    context.CancelCauseFunc
	end     context.CancelFunc
	beating sync.WaitGroup
}

// newLease takes the lock, and starts its heartbeat.
func newLease(ctx context.Context, held locks, want LockInfo, wait time.Duration) (*Lease, context.Context, error) {
	info, err := held.take(ctx, want, wait)
	if err != nil {
		return nil, ctx, err
	}
	holding, lost := context.WithCancelCause(ctx)
	beating, end := context.WithCancel(context.WithoutCancel(ctx))
	l := &Lease{Info: info, locks: held, lost: lost, end: end}
	l.beating.Go(func() { l.heartbeat(beating) })
	l.beating.Go(func() { _ = held.forget(beating, info.N) }) // the next holder removes what is left
	return l, holding, nil
}

// Check fails with ErrLockLost when the lock is not held any more, and with
// another error when nobody can tell.
func (l *Lease) Check(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	n, err := l.locks.newest(ctx)
	if err != nil {
		return err
	}
	if n != l.Info.N {
		return ErrLockLost
	}
	released, err := l.locks.released(ctx, n)
	if released {
		return ErrLockLost // somebody unlocked it by hand
	}
	return err
}

// Fence is Check, patient while the journal can't be read: as long as the lease
// may stand still nobody takes it over, and nothing is changed meanwhile.
func (l *Lease) Fence(ctx context.Context) error {
	return l.patiently(ctx, l.locks.times.ttl(), l.Check)
}

// Regain takes a lease up again that could not be renewed, waiting until the
// journal can be reached: it is still ours unless somebody took it over.
func (l *Lease) Regain(ctx context.Context) error {
	return l.patiently(ctx, l.locks.times.regain(), func(ctx context.Context) error {
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
	return l.locks.files.WriteFile(ctx, path.Join(l.locks.dir, lockFile(l.Info.N, "beat")), []byte(count), 0o644)
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
		case <-time.After(l.locks.times.beat()):
		}
	}
}

// Release gives the lock back. It works after ctx was cancelled, too.
func (l *Lease) Release(ctx context.Context) error {
	l.end()
	l.beating.Wait()
	l.lost(nil)
	l.locks.ahead.forget()
	ctx = context.WithoutCancel(ctx)
	if n, err := l.locks.newest(ctx); err != nil || n != l.Info.N {
		return err // a lock that was lost is another's to release
	}
	return l.locks.release(ctx, l.Info.N)
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
	times := l.locks.times
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
