package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"git.example/slipway/pipelines/command"
)

// losing is a host whose connection is lost when files are read or made, some
// times, before or after the host has done what was asked.
type losing struct {
	LocalHost
	times *int
	after bool
}

func (l losing) lose(do func() error) error {
	if *l.times == 0 {
		return do()
	}
	*l.times--
	if l.after {
		_ = do()
	}
	return fmt.Errorf("writing: %w", command.ErrLost)
}

func (l losing) ReadFile(ctx context.Context, path string) (data []byte, err error) {
	err = l.lose(func() error { data, err = l.LocalHost.ReadFile(ctx, path); return err })
	return data, err
}

func (l losing) WriteFile(ctx context.Context, path string, data []byte, mode fs.FileMode) error {
	return l.lose(func() error { return l.LocalHost.WriteFile(ctx, path, data, mode) })
}

func (l losing) Remove(ctx context.Context, path string) error {
	return l.lose(func() error { return l.LocalHost.Remove(ctx, path) })
}

func (l losing) MkdirExclusive(ctx context.Context, path string) error {
	return l.lose(func() error { return l.LocalHost.MkdirExclusive(ctx, path) })
}

func TestSteady(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		times := 0
		host := Steady(losing{times: &times, after: after})
		path := t.TempDir() + "/file"
		times = 1
		if err := host.WriteFile(t.Context(), path, []byte("x"), 0o600); err != nil {
			t.Error(err)
		}
		times = 1
		if data, err := host.ReadFile(t.Context(), path); err != nil || string(data) != "x" {
			t.Errorf("read %q, %v", data, err)
		}
		times = 1
		if err := host.Remove(t.Context(), path); err != nil {
			t.Error(err)
		}
		times = 1
		if _, err := host.ReadFile(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error: %v", err)
		}
		times = 1
		if err := host.MkdirExclusive(t.Context(), path); !errors.Is(err, command.ErrLost) || times != 0 {
			t.Errorf("what must not happen twice was done again: %v", err)
		}
	}
}

// The connection is lost while the lock is claimed, before or after it was made.
func TestConnectionLostWhileTheLockIsClaimed(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		times := 1
		j := NewJournal(losing{times: &times, after: after}, t.TempDir(), LeaseTimes{TTL: 200 * time.Millisecond, Beat: 50 * time.Millisecond})
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

// Whoever gives up on a lost connection says so, not something else.
func TestAgainGivesUp(t *testing.T) {
	t.Parallel()
	tries := 0
	err := Again(t.Context(), func() error { tries++; return command.ErrLost })
	if !errors.Is(err, command.ErrLost) || tries != 1+len(againWaits) {
		t.Errorf("%d tries, %v", tries, err)
	}
	tries = 0
	own := errors.New("exit code 1")
	if err := Again(t.Context(), func() error { tries++; return own }); err != own || tries != 1 {
		t.Errorf("%d tries, %v", tries, err)
	}
}

// A journal that can't be read for a moment does not stop a deploy.
func TestFenceIsPatient(t *testing.T) {
	t.Parallel()
	times := 0
	journal := NewJournal(unlisted{times: &times}, t.TempDir(), LeaseTimes{TTL: time.Minute, Beat: 10 * time.Millisecond})
	lease := &Lease{Info: LockInfo{N: 1}, journal: journal}
	if err := journal.files.MkdirExclusive(t.Context(), journal.lockFile(1, "")); err != nil {
		t.Fatal(err)
	}
	times = 5
	if err := lease.Check(t.Context()); err == nil {
		t.Error("Check has seen a journal that can't be read")
	}
	if err := lease.Fence(t.Context()); err != nil {
		t.Error(err)
	}
	if err := journal.files.MkdirExclusive(t.Context(), journal.lockFile(2, "")); err != nil {
		t.Fatal(err)
	}
	times = 2
	if err := lease.Fence(t.Context()); !errors.Is(err, ErrLockLost) {
		t.Errorf("error: %v", err)
	}
}

// unlisted is a host that can't be reached, some times.
type unlisted struct {
	LocalHost
	times *int
}

func (u unlisted) List(ctx context.Context, path string) ([]string, error) {
	if *u.times > 0 {
		*u.times--
		return nil, errors.New("connecting: no route to host")
	}
	return u.LocalHost.List(ctx, path)
}
