package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"time"

	"git.example/slipway/pipelines/command"
)

// ErrLockLost is the cause when a holder finds that somebody took its lock over.
var ErrLockLost = errors.New("the environment's lock was lost: another run took it over")

// Lock takes the lock by hand. It stays until Unlock.
func (j *Journal) Lock(ctx context.Context, by Holder, message string) (LockInfo, error) {
	return j.take(ctx, LockInfo{By: by, Message: message, Manual: true}, 0)
}

// Unlock frees the lock, whoever holds it, and says who did; nil when it was free.
func (j *Journal) Unlock(ctx context.Context) (*LockInfo, error) {
	held, err := j.Held(ctx)
	if held == nil || err != nil {
		return nil, err
	}
	return held, j.release(ctx, held.N)
}

// Held is who holds the lock, expired or not; nil when it is free.
func (j *Journal) Held(ctx context.Context) (*LockInfo, error) {
	_, held, err := j.look(ctx)
	return held, err
}

// look gives the greatest lock number, 0 before the first lock, and who holds
// it; nil when it was released.
func (j *Journal) look(ctx context.Context) (int, *LockInfo, error) {
	n, err := j.newest(ctx)
	if n == 0 || err != nil {
		return 0, nil, err
	}
	_, err = j.files.ReadFile(ctx, j.lockFile(n, "released"))
	if err == nil {
		return n, nil, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return n, nil, fmt.Errorf("reading the lock: %w", err)
	}
	info := LockInfo{N: n}
	err = j.read(ctx, path.Join("lock", strconv.Itoa(n), "info.json"), &info)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return n, nil, err
	}
	return n, &info, nil // without info.json its maker is about to write it, or was killed
}

// take makes want the lock's holder, waiting up to wait for somebody else. A
// lease whose heartbeat does not move for its time to live, on our own clock,
// has expired; watching it costs that long once, also without a wait. When the
// connection is lost while we claim, nobody knows whether the lock is ours: it
// is looked at again, and one of ours that has no heartbeat expires.
func (j *Journal) take(ctx context.Context, want LockInfo, wait time.Duration) (LockInfo, error) {
	deadline := time.Now().Add(wait)
	watch := heartbeatWatch{}
	lost := 0
	for {
		n, held, err := j.look(ctx)
		if err != nil {
			return want, err
		}
		if held == nil || held.Process.gone() || (!held.Manual && watch.expired(j.beat(ctx, n), n, j.lease.ttl())) {
			taken, err := j.claim(ctx, want, n+1)
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
		case <-time.After(j.lease.beat() / 2):
		}
	}
}

// claimsLost is how often the connection may be lost while we claim the lock.
const claimsLost = 3

// claim makes lock number n, the one after that which was judged to be free:
// only one of several callers can.
func (j *Journal) claim(ctx context.Context, want LockInfo, n int) (LockInfo, error) {
	want.N, want.Since, want.Process = n, time.Now().UTC(), thisProcess()
	if want.Manual {
		want.Process = process{} // it outlives the process that made it
	}
	if err := j.files.MkdirExclusive(ctx, path.Join(j.dir, "lock", strconv.Itoa(n))); err != nil {
		return want, fmt.Errorf("locking the environment: %w", err)
	}
	if newest, err := j.newest(ctx); err != nil || newest != n {
		// We were so slow that n had been made, released and forgotten already.
		return want, errors.Join(err, j.files.Remove(ctx, path.Join(j.dir, "lock", strconv.Itoa(n))), fs.ErrExist)
	}
	if err := j.write(ctx, path.Join("lock", strconv.Itoa(n), "info.json"), want, 0o644); err != nil {
		return want, err
	}
	return want, j.forget(ctx, n)
}

// forget removes the locks before n; their holders see that n took over.
func (j *Journal) forget(ctx context.Context, n int) error {
	all, err := numbers(ctx, j.files, path.Join(j.dir, "lock"))
	for _, old := range all {
		if old < n && err == nil {
			err = j.files.Remove(ctx, path.Join(j.dir, "lock", strconv.Itoa(old)))
		}
	}
	return err
}

func (j *Journal) release(ctx context.Context, n int) error {
	if err := j.files.WriteFile(ctx, j.lockFile(n, "released"), nil, 0o644); err != nil {
		return fmt.Errorf("unlocking the environment: %w", err)
	}
	return nil
}

// newest is the greatest lock number; 0 before the first lock.
func (j *Journal) newest(ctx context.Context) (int, error) {
	all, err := numbers(ctx, j.files, path.Join(j.dir, "lock"))
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[len(all)-1], nil
}

func (j *Journal) beat(ctx context.Context, n int) string {
	beat, err := j.files.ReadFile(ctx, j.lockFile(n, "beat"))
	if err != nil {
		return "" // none yet; if it can't be read, it does not move either
	}
	return string(beat)
}

func (j *Journal) lockFile(n int, name string) string {
	return path.Join(j.dir, "lock", strconv.Itoa(n), name)
}

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
