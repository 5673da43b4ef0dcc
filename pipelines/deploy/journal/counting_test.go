package journal

import (
	"context"
	"io/fs"
	"sync/atomic"

	"git.example/slipway/pipelines/deploy"
)

// counting counts what is asked of the files of this machine, and can lose the
// process after some changes.
type counting struct {
	deploy.LocalHost
	reads, lists, changes *atomic.Int64
	// killed after so many changes; never when negative.
	left *atomic.Int64
}

func newCounting() counting {
	c := counting{reads: new(atomic.Int64), lists: new(atomic.Int64), changes: new(atomic.Int64), left: new(atomic.Int64)}
	c.left.Store(-1)
	return c
}

func (c counting) reset() { c.reads.Store(0); c.lists.Store(0); c.changes.Store(0) }

func (c counting) ReadFile(ctx context.Context, path string) ([]byte, error) {
	c.reads.Add(1)
	return c.LocalHost.ReadFile(ctx, path)
}

func (c counting) List(ctx context.Context, path string) ([]string, error) {
	c.lists.Add(1)
	return c.LocalHost.List(ctx, path)
}

// change is one that a killed process does not make.
func (c counting) change(do func() error) error {
	c.changes.Add(1)
	for {
		left := c.left.Load()
		if left == 0 {
			return errKilled
		}
		if left < 0 || c.left.CompareAndSwap(left, left-1) {
			return do()
		}
	}
}

func (c counting) WriteFile(ctx context.Context, path string, data []byte, mode fs.FileMode) error {
	return c.change(func() error { return c.LocalHost.WriteFile(ctx, path, data, mode) })
}

func (c counting) Remove(ctx context.Context, path string) error {
	return c.change(func() error { return c.LocalHost.Remove(ctx, path) })
}
