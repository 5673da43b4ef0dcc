package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
)

// claimLost is a host whose connection is lost when a directory is made, some
// times, before or after the host has made it.
type claimLost struct {
	deploy.LocalHost
	times *int
	after bool
}

func (l claimLost) MkdirExclusive(ctx context.Context, path string) error {
	if *l.times == 0 {
		return l.LocalHost.MkdirExclusive(ctx, path)
	}
	*l.times--
	if l.after {
		_ = l.LocalHost.MkdirExclusive(ctx, path)
	}
	return fmt.Errorf("making a directory: %w", command.ErrLost)
}

// The connection is lost while the lock is claimed, before or after it was made.
func TestConnectionLostWhileTheLockIsClaimed(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		times := 1
		j := New(claimLost{times: &times, after: after}, t.TempDir(), LeaseTimes{TTL: 200 * time.Millisecond, Beat: 50 * time.Millisecond})
		lease, _, err := j.Acquire(t.Context(), Holder{User: "ana"}, "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := lease.Check(t.Context()); err != nil || times != 0 {
			t.Error(err)
		}
		if want := map[bool]int{false: 1, true: 2}[after]; lease.Info.N != want {
			t.Errorf("lock number %d, want %d", lease.Info.N, want)
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// A journal that can't be read for a moment does not stop a deploy.
func TestFenceIsPatient(t *testing.T) {
	t.Parallel()
	times := 0
	journal := New(unlisted{times: &times}, t.TempDir(), LeaseTimes{TTL: time.Minute, Beat: 10 * time.Millisecond})
	lease := &Lease{Info: LockInfo{N: 1}, locks: journal.locks}
	if err := journal.store.files.MkdirExclusive(t.Context(), lockPath(journal, 1, "")); err != nil {
		t.Fatal(err)
	}
	times = 5
	if err := lease.Check(t.Context()); err == nil {
		t.Error("Check has seen a journal that can't be read")
	}
	if err := lease.Fence(t.Context()); err != nil {
		t.Error(err)
	}
	if err := journal.store.files.MkdirExclusive(t.Context(), lockPath(journal, 2, "")); err != nil {
		t.Fatal(err)
	}
	times = 2
	if err := lease.Fence(t.Context()); !errors.Is(err, ErrLockLost) {
		t.Errorf("error: %v", err)
	}
}

// unlisted is a host that can't be reached, some times.
type unlisted struct {
	deploy.LocalHost
	times *int
}

func (u unlisted) List(ctx context.Context, path string) ([]string, error) {
	if *u.times > 0 {
		*u.times--
		return nil, errors.New("connecting: no route to host")
	}
	return u.LocalHost.List(ctx, path)
}

// sealed is a host on which one file can't be read.
type sealed struct {
	deploy.LocalHost
	name string
}

func (s sealed) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if filepath.Base(path) == s.name {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	return s.LocalHost.ReadFile(ctx, path)
}

// Nobody knows whether a lease that can't be read is still held: its holder
// stops.
func TestLeaseThatCannotBeReadStopsTheHolder(t *testing.T) {
	t.Parallel()
	files := &sealed{}
	journal := New(files, t.TempDir(), LeaseTimes{TTL: 300 * time.Millisecond, Beat: 20 * time.Millisecond})
	lease, held, err := acquire(t, journal, "ana", 0)
	if err != nil {
		t.Fatal(err)
	}
	lease.end() // of the heartbeat, which is looked at below
	lease.beating.Wait()
	files.name = "released"
	if err := lease.Check(t.Context()); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Check: %v", err)
	}
	if err := lease.Fence(t.Context()); !errors.Is(err, ErrLockLost) || !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "could not be renewed for 300ms") {
		t.Errorf("Fence: %v", err)
	}
	beating, end := context.WithCancel(t.Context())
	lease.beating.Go(func() { lease.heartbeat(beating) })
	select {
	case <-held.Done():
	case <-time.After(time.Minute):
		t.Error("the holder's context goes on")
	}
	if cause := context.Cause(held); !errors.Is(cause, ErrLockLost) || !errors.Is(cause, fs.ErrPermission) {
		t.Errorf("cause: %v", cause)
	}
	end()
	lease.beating.Wait()
}

// A heartbeat that can't be read does not stand still: nobody takes that lock.
func TestLockWhoseHeartbeatCannotBeReadIsNotTaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	strand(t, New(deploy.LocalHost{}, dir, quick), 1, LockInfo{By: Holder{User: "ana"}, Process: process{Boot: "other", PID: 1}})
	j := New(sealed{name: "beat"}, dir, LeaseTimes{TTL: 100 * time.Millisecond, Beat: 10 * time.Millisecond})
	if _, _, err := acquire(t, j, "bob", 0); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error: %v", err)
	}
	if n, err := j.locks.newest(t.Context()); err != nil || n != 1 {
		t.Errorf("lock number %d, %v", n, err)
	}
}
