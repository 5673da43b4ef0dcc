// Package waittest waits in tests for what other goroutines, processes and
// machines do, where nothing tells when they have done it.
package waittest

import (
	"testing"
	"time"
)

// patience is more than anything takes on a busy machine.
const patience = 2 * time.Minute

// For waits until what holds, and ends the test if it never does.
func For(t testing.TB, what string, holds func() bool) {
	t.Helper()
	if !Within(patience, holds) {
		t.Fatalf("waited %s in vain for %s", patience, what)
	}
}

// Within says whether something holds at some time before the limit, and waits
// until then. It is for a limit that a test is about, and for goroutines, which
// can't end a test.
func Within(limit time.Duration, holds func() bool) bool {
	deadline := time.Now().Add(limit)
	for pause := time.Millisecond; !holds(); pause = min(2*pause, 100*time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(pause)
	}
	return true
}
