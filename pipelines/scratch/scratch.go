// Package scratch makes directories for files that only this run needs. A run that
// is killed can't remove its own: the next one that makes such a directory does.
package scratch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Dir is a directory of this run, in the system's temporary directory and for this
// user alone. It is locked while the run lives: the lock goes with the process,
// however that ends, so a directory that can be locked belongs to a dead run.
type Dir struct {
	// Path is where it is, absolute.
	Path string
	lock *os.File
}

// New makes an empty directory of a kind, such as "exports", and removes those of
// its kind that dead runs left.
func New(kind string) (*Dir, error) {
	prefix := "slipway-" + kind + "-"
	sweep(filepath.Join(os.TempDir(), prefix+"*"))
	path, err := os.MkdirTemp("", prefix)
	if err != nil {
		return nil, fmt.Errorf("making a directory for %s: %w", kind, err)
	}
	lock, err := tryLock(path)
	if err != nil {
		return nil, fmt.Errorf("locking the directory for %s: %w", kind, errors.Join(err, os.RemoveAll(path)))
	}
	return &Dir{Path: path, lock: lock}, nil
}

// Remove ends it.
func (d *Dir) Remove() error {
	return errors.Join(os.RemoveAll(d.Path), d.lock.Close())
}

// justMade is how long a run may take to lock what it has made.
const justMade = time.Second

// sweep removes the directories of dead runs. What can't be removed is left to the
// next run, or is somebody else's.
func sweep(pattern string) {
	found, _ := filepath.Glob(pattern)
	for _, path := range found {
		if info, err := os.Lstat(path); err != nil || !info.IsDir() || time.Since(info.ModTime()) < justMade {
			continue
		}
		if lock, err := tryLock(path); err == nil {
			os.RemoveAll(path)
			lock.Close()
		}
	}
}

// tryLock locks a directory that no living run has.
func tryLock(path string) (*os.File, error) {
	lock, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return nil, err
	}
	return lock, nil
}
