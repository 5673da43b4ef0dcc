// Package longtest marks tests that take minutes: faults at every step, load.
// They run with `make test-long`, and are skipped elsewhere.
package longtest

import (
	"os"
	"testing"
)

// variable asks for these tests.
const variable = "SLIPWAY_LONG_TESTS"

// Wanted says whether they are asked for: a test with many cases takes a sample of
// them when they are not.
func Wanted() bool { return os.Getenv(variable) != "" }

// Need skips t unless long tests are asked for.
func Need(t testing.TB) {
	t.Helper()
	if !Wanted() {
		t.Skipf("takes minutes: make test-long runs it (%s=1)", variable)
	}
}
