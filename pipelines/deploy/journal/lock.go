package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/command"
)

// ErrLockLost is the cause when a holder finds that somebody took its lock over.
var ErrLockLost = errors.New("the environment's lock was lost: another run took it over")

// locks is the directory with the lock: each one that was taken is a directory
// named by its number, and the greatest one counts.
type locks struct {
	*store
	times LeaseTimes
}

// look gives the greatest lock number, 0 before the first lock, and who holds
// it; nil when it was released.
func (l locks) look(ctx context.Context) (int, *LockInfo, error) {
	n, err := l.newest(ctx)
	if n == 0 || err != nil {
		return 0, nil, err
	}
	released, err := l.released(ctx, n)
	if released || err != nil {
		return n, nil, err
	}
	info := LockInfo{N: n}
	err = l.read(ctx, lockFile(n, "info.json"), &info)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return n, nil, err
	}
	return n, &info, nil // without info.json its maker is about to write it, or was killed
}

// released says whether lock n was given back.
func (l locks) released(ctx context.Context, n int) (bool, error) {
	_, err := l.raw(ctx, lockFile(n, "released"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// take makes want the lock's holder, waiting up to wait for somebody else. A
// lease whose heartbeat does not move for its time to live, on our own clock,
// has expired; watching it costs that long once, also without a wait. When the
// connection is lost while we claim, nobody knows whether the lock is ours: it
// is looked at again, and one of ours that has no heartbeat expires.
func (l locks) take(ctx context.Context, want LockInfo, wait time.Duration) (LockInfo, error) {
	deadline := time.Now().Add(wait)
	watch := heartbeatWatch{}
	lost := 0
	for {
		n, held, err := l.look(ctx)
		if err != nil {
			return want, err
		}
		free := held == nil || held.Process.ended()
		if !free && !held.Manual {
			beat, err := l.beat(ctx, n)
			if err != nil {
				return want, err
			}
			free = watch.expired(beat, n, l.times.ttl())
		}
		if free {
			taken, err := l.claim(ctx, want, n+1)
			if err == nil && held != nil { // its holder was killed
				_ = l.sweepUnfinished(ctx) // what can't be removed is in nobody's way
			}
			if errors.Is(err, fs.ErrExist) {
				continue // somebody else was faster
			}
			if lost++; errors.Is(err, command.ErrLost) && lost <= claimsLost {
				continue
			}
			return taken, err
		}
		if (held.Manual || watch.alive) && !time.Now().Before(deadline) {
			return want, &Locked{Info: *held}
		}
		select {
		case <-ctx.Done():
			return want, fmt.Errorf("locking the environment: %w", context.Cause(ctx))
		case <-time.After(l.times.beat() / 2):
		}
	}
}

// claimsLost is how often the connection may be lost while we claim the lock.
const claimsLost = 3

// claim makes lock number n, the one after that which was judged to be free:
// only one of several callers can.
func (l locks) claim(ctx context.Context, want LockInfo, n int) (LockInfo, error) {
	want.N, want.Since, want.Process = n, time.Now().UTC(), thisProcess()
	if want.Manual {
		want.Process = process{} // it outlives the process that made it
	}
	if err := l.files.MkdirExclusive(ctx, path.Join(l.dir, lockDir(n))); err != nil {
		return want, fmt.Errorf("locking the environment: %w", err)
	}
	if err := l.settle(ctx, want, n); err != nil {
		return want, err
	}
	return want, nil
}

// settle writes into lock n, which was made, who holds it, and reads the journal as it
// is from now on. That is done at once: each is some ways to a host and back.
func (l locks) settle(ctx context.Context, want LockInfo, n int) error {
	var newest int
	group, working := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		newest, err = l.newest(working)
		return err
	})
	group.Go(func() error { return l.write(working, lockFile(n, "info.json"), want, 0o644) })
	group.Go(func() error {
		l.readAhead(working, true)
		return l.stamp(working)
	})
	err := group.Wait()
	if newest > n {
		// We were so slow that n had been made, released and forgotten already.
		return errors.Join(l.remove(ctx, lockDir(n)), fs.ErrExist)
	}
	if err != nil {
		return errors.Join(err, l.release(ctx, n))
	}
	return nil
}

// forget removes the locks before n; their holders see that n took over.
func (l locks) forget(ctx context.Context, n int) error {
	all, err := l.numbers(ctx, "lock")
	for _, old := range all {
		if old < n && err == nil {
			err = l.remove(ctx, lockDir(old))
		}
	}
	return err
}

func (l locks) release(ctx context.Context, n int) error {
	if err := l.files.WriteFile(ctx, path.Join(l.dir, lockFile(n, "released")), nil, 0o644); err != nil {
		return fmt.Errorf("unlocking the environment: %w", err)
	}
	return nil
}

// newest is the greatest lock number; 0 before the first lock.
func (l locks) newest(ctx context.Context) (int, error) {
	all, err := l.numbers(ctx, "lock")
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[len(all)-1], nil
}

// beat is the heartbeat of lock n; empty before the first one.
func (l locks) beat(ctx context.Context, n int) (string, error) {
	beat, err := l.raw(ctx, lockFile(n, "beat"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(beat), err
}

func lockDir(n int) string { return path.Join("lock", strconv.Itoa(n)) }

func lockFile(n int, name string) string { return path.Join(lockDir(n), name) }
