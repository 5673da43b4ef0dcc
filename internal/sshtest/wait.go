package sshtest

import (
	"testing"
	"time"
)

// WaitFor looks until what is said is so, for a minute at most. It also works
// in a cleanup, where the test's context has ended.
func WaitFor(t testing.TB, what string, so func() bool) {
	t.Helper()
	tooLong := time.After(time.Minute)
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-tooLong:
			t.Fatalf("waiting for %s took too long", what)
		case <-again.C:
		}
	}
}
