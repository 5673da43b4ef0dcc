package keyed

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// counted computes "value of N" and counts how often.
func counted(n *atomic.Int32) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		return fmt.Sprintf("value %d", n.Add(1)), nil
	}
}

func TestEachKeyIsComputedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o Once[string, string]
		var n atomic.Int32
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				key := fmt.Sprint(i % 2)
				got, err := o.Do(t.Context(), key, func(context.Context) (string, error) {
					n.Add(1)
					time.Sleep(time.Second) // of the test's own clock
					return "value of " + key, nil
				})
				if err != nil || got != "value of "+key {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
		all.Wait()
		if n.Load() != 2 {
			t.Errorf("computed %d times", n.Load())
		}
	})
}

func TestFailures(t *testing.T) {
	broken := errors.New("broken")
	tests := map[string]struct {
		retry bool
		err   error
		want  int32
	}{
		"remembered":             {err: broken, want: 1},
		"tried again":            {retry: true, err: broken, want: 2},
		"of a cancelled context": {err: fmt.Errorf("reading: %w", context.Canceled), want: 2},
		"of a deadline":          {err: fmt.Errorf("reading: %w", context.DeadlineExceeded), want: 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := Once[int, string]{RetryErrors: test.retry}
			var n atomic.Int32
			for range 2 {
				_, err := o.Do(t.Context(), 1, func(context.Context) (string, error) {
					n.Add(1)
					return "", test.err
				})
				if !errors.Is(err, test.err) {
					t.Errorf("error is %v", err)
				}
			}
			if n.Load() != test.want {
				t.Errorf("computed %d times, want %d", n.Load(), test.want)
			}
			if _, ok := o.Get(1); ok {
				t.Error("a failure has a value")
			}
		})
	}
}

func TestACallerThatLeavesDoesNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o Once[int, string]
		type key struct{}
		gone := errors.New("gone")
		first, leave := context.WithCancelCause(context.WithValue(t.Context(), key{}, "first"))
		compute := func(ctx context.Context) (string, error) {
			select {
			case <-ctx.Done():
				return "", context.Cause(ctx)
			case <-time.After(time.Minute):
				return fmt.Sprint(ctx.Value(key{})), nil
			}
		}
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := o.Do(first, 1, compute); err != gone {
				t.Errorf("the one who left got %v", err)
			}
			if _, ok := o.Get(1); ok {
				t.Error("it waited for the value")
			}
		})
		synctest.Wait()
		all.Go(func() {
			if got, err := o.Do(t.Context(), 1, compute); got != "first" || err != nil {
				t.Errorf("the one who stayed got %q, %v", got, err)
			}
		})
		synctest.Wait()
		leave(gone)
		all.Wait()
	})
}

func TestNobodyWaitsAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o Once[int, string]
		var running, n atomic.Int32
		ended := make(chan error, 1)
		compute := func(ctx context.Context) (string, error) {
			if running.Add(1) > 1 {
				t.Error("two computations at a time")
			}
			defer running.Add(-1)
			if n.Add(1) > 1 {
				return "second", nil
			}
			<-ctx.Done()
			ended <- context.Cause(ctx)
			time.Sleep(time.Second) // it takes a while to end
			return "", errors.New("interrupted")
		}
		gone := errors.New("gone")
		ctx, leave := context.WithCancelCause(t.Context())
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if _, err := o.Do(ctx, 1, compute); err != gone {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		leave(gone)
		all.Wait()
		if err := <-ended; err != gone {
			t.Errorf("the computation ended with %v", err)
		}
		// One who comes now waits for its end, and computes again.
		if got, err := o.Do(t.Context(), 1, compute); got != "second" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestAValueThatCameInSpiteOfAllIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o Once[int, string]
		ctx, leave := context.WithCancel(t.Context())
		var left sync.WaitGroup
		left.Go(func() {
			_, _ = o.Do(ctx, 1, func(ctx context.Context) (string, error) {
				<-ctx.Done()
				time.Sleep(time.Second)
				return "first", nil
			})
		})
		synctest.Wait()
		leave()
		left.Wait()
		got, err := o.Do(t.Context(), 1, func(context.Context) (string, error) { return "second", nil })
		if got != "first" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestAnEndedContext(t *testing.T) {
	var o Once[int, string]
	var n atomic.Int32
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := o.Do(ended, 1, counted(&n)); !errors.Is(err, context.Canceled) || n.Load() != 0 {
		t.Errorf("computed %d times, error %v", n.Load(), err)
	}
	o.Set(1, "set")
	if got, err := o.Do(ended, 1, counted(&n)); got != "set" || err != nil {
		t.Errorf("of what is known: %q, %v", got, err)
	}
}

func TestStaleValues(t *testing.T) {
	now := "value 1"
	o := Once[int, string]{Stale: func(v string) bool { return v != now }}
	var n atomic.Int32
	for _, want := range []string{"value 1", "value 1", "value 2", "value 2"} {
		now = want
		got, err := o.Do(t.Context(), 1, counted(&n))
		if got != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	now = "value 3"
	if got, ok := o.Get(1); ok {
		t.Errorf("got %q, which is stale", got)
	}
}

func TestForget(t *testing.T) {
	var o Once[int, string]
	var n atomic.Int32
	o.Forget(1)
	for _, want := range []string{"value 1", "value 2"} {
		if got, _ := o.Do(t.Context(), 1, counted(&n)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got, ok := o.Get(1); got != want || !ok {
			t.Errorf("remembered is %q, %t", got, ok)
		}
		o.Forget(1)
		if got, ok := o.Get(1); ok {
			t.Errorf("%q is not forgotten", got)
		}
	}
}

func TestAComputationWhoseGoroutineEnds(t *testing.T) {
	o := Once[int, string]{RetryErrors: true}
	if _, err := o.Do(t.Context(), 1, func(context.Context) (string, error) {
		runtime.Goexit()
		return "", nil
	}); err != errUnfinished {
		t.Errorf("error is %v", err)
	}
}
