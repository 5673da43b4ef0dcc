package journal

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/pipelines/deploy"
)

var quick = LeaseTimes{TTL: 2 * time.Second, Beat: 100 * time.Millisecond}

func testJournal(t *testing.T) *Journal { return New(deploy.LocalHost{}, t.TempDir(), quick) }

// lockPath is a file of lock n.
func lockPath(j *Journal, n int, name string) string {
	return filepath.Join(j.store.dir, lockFile(n, name))
}

func acquire(t *testing.T, j *Journal, user string, wait time.Duration) (*Lease, context.Context, error) {
	t.Helper()
	return j.Acquire(t.Context(), Holder{User: user}, "1", wait)
}

// looking closes looked when heartbeats were read some times: whoever holds the
// lock is waited for.
type looking struct {
	deploy.LocalHost
	looked chan struct{}
	times  int
}

func (l *looking) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if filepath.Base(path) == "beat" {
		if l.times--; l.times == 0 {
			close(l.looked)
		}
	}
	return l.LocalHost.ReadFile(ctx, path)
}

func TestLockIsHeld(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	first, _, err := acquire(t, j, "ana", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = acquire(t, j, "bob", 0)
	var locked *Locked
	if !errors.As(err, &locked) || locked.Info.By.User != "ana" || !strings.Contains(err.Error(), "ana, deploying 1") {
		t.Fatalf("a second holder: %v", err)
	}
	looked := make(chan struct{})
	released := make(chan error)
	go func() {
		<-looked
		released <- first.Release(context.Background())
	}()
	waiting := New(&looking{looked: looked, times: 3}, j.store.dir, quick)
	second, _, err := acquire(t, waiting, "bob", 30*time.Second)
	if err != nil {
		t.Fatalf("waiting: %v", err)
	}
	if err := <-released; err != nil {
		t.Error(err)
	}
	follows(t, first, second)
}

// follows checks that second holds the lock after first, and releases it.
func follows(t *testing.T, first, second *Lease) {
	t.Helper()
	if second.Info.N != first.Info.N+1 {
		t.Errorf("number %d after %d", second.Info.N, first.Info.N)
	}
	if err := second.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if err := second.Release(t.Context()); err != nil {
		t.Error(err)
	}
}

// Whoever is interrupted goes back to the release before, which takes longer
// than a heartbeat may stand still.
func TestLockIsHeldAfterAnInterrupt(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	ctx, interrupt := context.WithCancel(t.Context())
	first, _, err := j.Acquire(ctx, Holder{User: "ana"}, "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	interrupt()
	_, _, err = acquire(t, j, "bob", 2*quick.TTL)
	var locked *Locked
	if !errors.As(err, &locked) {
		t.Errorf("somebody else got the lock: %v", err)
	}
	if err := first.Release(ctx); err != nil {
		t.Error(err)
	}
}

// strand writes the lock of a run that was killed on another machine.
func strand(t *testing.T, j *Journal, n int, info LockInfo) {
	t.Helper()
	info.N = n
	if err := os.MkdirAll(filepath.Dir(lockPath(j, n, "x")), 0o755); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lockPath(j, n, "info.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestStrandedLockIsTakenOver(t *testing.T) {
	t.Parallel()
	ended := exec.Command("true")
	if err := ended.Start(); err != nil {
		t.Fatal(err)
	}
	dead := thisProcess()
	dead.PID, dead.Start = ended.Process.Pid, "1"
	ended.Wait()
	tests := []struct {
		name    string
		info    LockInfo
		atLeast time.Duration
		atMost  time.Duration
	}{
		// A clock that is hours ahead changes nothing: only the heartbeat counts.
		{"on another machine", LockInfo{Since: time.Now().Add(5 * time.Hour), Process: process{Boot: "other", PID: 1}}, quick.TTL, time.Minute},
		{"killed before it wrote who it is", LockInfo{}, quick.TTL, time.Minute},
		{"by a process of this machine that is gone", LockInfo{Process: dead}, 0, quick.TTL},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			j := testJournal(t)
			strand(t, j, 7, test.info)
			began := time.Now()
			lease, _, err := acquire(t, j, "bob", 0)
			if err != nil {
				t.Fatal(err)
			}
			defer lease.Release(t.Context())
			if took := time.Since(began); took < test.atLeast || took >= test.atMost {
				t.Errorf("took over after %s, want %s to %s", took, test.atLeast, test.atMost)
			}
			if lease.Info.N != 8 {
				t.Errorf("number %d, want 8", lease.Info.N)
			}
		})
	}
}

func TestHolderThatLostTheLockStops(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	slow, held, err := acquire(t, j, "ana", 0)
	if err != nil {
		t.Fatal(err)
	}
	strand(t, j, slow.Info.N+1, LockInfo{By: Holder{User: "bob"}})
	if err := slow.Check(t.Context()); !errors.Is(err, ErrLockLost) {
		t.Errorf("the holder may go on: %v", err)
	}
	select {
	case <-held.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the holder's context goes on")
	}
	if !errors.Is(context.Cause(held), ErrLockLost) {
		t.Errorf("cause: %v", context.Cause(held))
	}
	if err := slow.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if now, err := j.Held(t.Context()); err != nil || now == nil || now.By.User != "bob" {
		t.Errorf("the one who lost it released the new holder's lock: %v %v", now, err)
	}
}

func TestManualLockStays(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	if _, err := j.Lock(t.Context(), Holder{User: "ana"}, "moving the database"); err != nil {
		t.Fatal(err)
	}
	_, _, err := acquire(t, j, "bob", quick.TTL+time.Second)
	if err == nil || !strings.Contains(err.Error(), "moving the database") {
		t.Errorf("error: %v", err)
	}
	if was, err := j.Unlock(t.Context()); err != nil || was == nil || was.By.User != "ana" {
		t.Errorf("unlocking: %v %v", was, err)
	}
	lease, _, err := acquire(t, j, "bob", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if was, err := j.Unlock(t.Context()); err != nil || was != nil {
		t.Errorf("unlocking what is free: %v %v", was, err)
	}
}

func TestOnlyOneTakesAnExpiredLock(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	strand(t, j, 1, LockInfo{})
	var got sync.Map
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			lease, _, err := acquire(t, j, "x", 0)
			if err == nil {
				got.Store(i, lease)
			} else if !errors.As(err, new(*Locked)) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	n := 0
	got.Range(func(_, lease any) bool { n++; lease.(*Lease).Release(t.Context()); return true })
	if n != 1 {
		t.Errorf("%d took the lock", n)
	}
}

// Somebody so slow that the lock he saw free was taken, released and forgotten
// does not get it.
func TestSlowClaimFails(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	strand(t, j, 3, LockInfo{By: Holder{User: "ana"}})
	if _, err := j.locks.claim(t.Context(), LockInfo{By: Holder{User: "bob"}}, 2); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error: %v", err)
	}
	if held, err := j.Held(t.Context()); err != nil || held.By.User != "ana" {
		t.Errorf("held by %v, %v", held, err)
	}
	if _, err := os.Stat(lockPath(j, 2, "")); err == nil {
		t.Error("the slow one's lock is left")
	}
}
