// Package longtest marks tests that take minutes: faults at every step, load.
// They run with `make test-long`, and are skipped elsewhere.
package longtest

import (
	"os"
	"testing"
)

// variable asks for these tests.
const variable = "SLIPWAY_LONG_TESTS"

// Need skips t unless long tests are asked for.
func Need(t testing.TB) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skipf("takes minutes: make test-long runs it (%s=1)", variable)
	}
}
