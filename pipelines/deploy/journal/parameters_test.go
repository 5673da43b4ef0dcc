package journal

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/deploy"
)

var _ deploy.Files = (*aws.ParameterFiles)(nil)

// parameterJournals are journals in Parameter Store: another process each.
func parameterJournals(t *testing.T, lag time.Duration) (*awsfake.Server, func() *Journal) {
	t.Helper()
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	s.Parameters().Lag = lag
	return s, func() *Journal {
		return New(aws.New(nil, aws.Run{}).Files(aws.Options{}, "/slipway/shop/prod"), "/", LeaseTimes{TTL: 4 * time.Second, Beat: 200 * time.Millisecond})
	}
}

// strandParameter leaves the lock of a run that was killed on another machine.
func strandParameter(t *testing.T, j *Journal, n int, info LockInfo) {
	t.Helper()
	info.N = n
	info.Process = process{Boot: "other", PID: 1}
	if err := j.store.files.MkdirExclusive(t.Context(), path.Join("/lock", strconv.Itoa(n))); err != nil {
		t.Fatal(err)
	}
	if err := j.store.write(t.Context(), path.Join("lock", strconv.Itoa(n), "info.json"), info, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestParameterLockIsHeld(t *testing.T) {
	for name, lag := range map[string]time.Duration{"at once": 0, "with a lag": 150 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			_, journal := parameterJournals(t, lag)
			first, _, err := acquire(t, journal(), "ana", 0)
			if err != nil {
				t.Fatal(err)
			}
			bob := journal()
			var locked *Locked
			if _, _, err = acquire(t, bob, "bob", 0); !errors.As(err, &locked) {
				t.Fatalf("a second holder: %v", err)
			}
			released := make(chan error)
			go func() { released <- first.Release(context.Background()) }()
			second, _, err := acquire(t, bob, "bob", time.Minute)
			if err != nil {
				t.Fatalf("waiting: %v", err)
			}
			if err := <-released; err != nil {
				t.Error(err)
			}
			follows(t, first, second)
		})
	}
}

func TestStrandedParameterLockIsTakenOver(t *testing.T) {
	_, journal := parameterJournals(t, 100*time.Millisecond)
	strandParameter(t, journal(), 7, LockInfo{By: Holder{User: "ana"}})
	var mu sync.Mutex
	var got []*Lease
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			lease, _, err := acquire(t, journal(), "x", 0)
			switch {
			case err == nil:
				mu.Lock()
				got = append(got, lease)
				mu.Unlock()
			case !errors.As(err, new(*Locked)):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(got) != 1 || got[0].Info.N != 8 {
		t.Fatalf("%d took it over: %+v", len(got), got)
	}
	if err := got[0].Release(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestHolderThatLostTheParameterLockStops(t *testing.T) {
	_, journal := parameterJournals(t, 100*time.Millisecond)
	slow, held, err := acquire(t, journal(), "ana", 0)
	if err != nil {
		t.Fatal(err)
	}
	strandParameter(t, journal(), slow.Info.N+1, LockInfo{By: Holder{User: "bob"}})
	select {
	case <-held.Done():
	case <-time.After(time.Minute):
		t.Fatal("the holder's context goes on")
	}
	if !errors.Is(context.Cause(held), ErrLockLost) {
		t.Errorf("cause: %v", context.Cause(held))
	}
	if err := slow.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if now, err := journal().Held(t.Context()); err != nil || now == nil || now.By.User != "bob" {
		t.Errorf("the one who lost it released the new holder's lock: %v %v", now, err)
	}
}

func TestSlowClaimOfAParameterFails(t *testing.T) {
	_, journal := parameterJournals(t, 0)
	j := journal()
	strandParameter(t, j, 3, LockInfo{By: Holder{User: "ana"}})
	if _, err := journal().locks.claim(t.Context(), LockInfo{By: Holder{User: "bob"}}, 2); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error: %v", err)
	}
	if held, err := j.Held(t.Context()); err != nil || held.By.User != "ana" {
		t.Errorf("held by %v, %v", held, err)
	}
}

func TestHistoryInParameters(t *testing.T) {
	s, journal := parameterJournals(t, 100*time.Millisecond)
	j := journal()
	var want []int
	for i := range 12 {
		e, err := j.Begin(t.Context(), Entry{Tag: strconv.Itoa(i)}, map[string]deploy.Desired{"web": {Project: "shop"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.SetLive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		want = append([]int{i + 1}, want...)
	}
	entries, err := j.History(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, e := range entries {
		got = append(got, e.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	live, err := j.Live(t.Context())
	if err != nil || live == nil || live.ID != 12 {
		t.Errorf("live: %+v %v", live, err)
	}
	if n := len(s.Calls("ssm", "PutParameter")); n > 12*6 {
		t.Errorf("%d writes for 12 deploys", n)
	}
}
