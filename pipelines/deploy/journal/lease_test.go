package journal

import (
	"context"
	"errors"
	"fmt"
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
