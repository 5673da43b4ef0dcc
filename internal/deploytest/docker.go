package deploytest

import (
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
)

var composeRuns = sync.OnceValue(func() error { return exec.Command("docker", "compose", "ls").Run() })

// NeedCompose skips where there is no Docker with compose.
func NeedCompose(t testing.TB) {
	t.Helper()
	if err := composeRuns(); err != nil {
		t.Skipf("needs Docker with compose: %v", err)
	}
}

var lastNumber atomic.Int64

// Number is another one at each call in a process, for names that no other test has.
func Number() int64 { return lastNumber.Add(1) }
