package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Cancelling a detached shell reaches what it runs, so that it can clean up.
func TestCancelReachesWhatADetachedShellRuns(t *testing.T) {
	t.Parallel()
	left := filepath.Join(t.TempDir(), "left")
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	go func() {
		again := time.NewTicker(10 * time.Millisecond)
		defer again.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-again.C:
			}
			if _, err := os.Stat(left); err == nil {
				cancel(why)
			}
		}
	}()
	c := Command{
		// What the shell runs makes the file: an interrupt before it runs would not reach it.
		Args:     []string{"sh", "-c", `trap 'rm -f "$0"' EXIT; trap 'exit 1' INT; sh -c 'touch "$0"; exec sleep 100' "$0"; true`, left},
		Detached: true,
		Grace:    time.Minute,
	}
	began := time.Now()
	if err := c.Run(ctx, nil, nil); !errors.Is(err, why) {
		t.Errorf("error: %v", err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("the shell did not clean up")
	}
}
