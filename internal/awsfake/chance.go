package awsfake

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// seedVariable repeats a test with the seed that it told.
const seedVariable = "AWSFAKE_SEED"

// seeded is the source of what is left to chance. The seed is in the test's log, which
// go shows of tests that failed.
func seeded(t testing.TB, seed uint64) *rand.Rand {
	if given, err := strconv.ParseUint(os.Getenv(seedVariable), 10, 64); err == nil && seed == 0 {
		seed = given
	}
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("awsfake: %s=%d repeats what was left to chance", seedVariable, seed)
	return rand.New(rand.NewPCG(seed, seed))
}
