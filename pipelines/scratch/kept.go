package scratch

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Kept is a directory that outlives runs, and that one run at a time has.
type Kept struct {
	// Path is where it is.
	Path string
	lock *os.File
}

// ErrTaken says that another run has the directory.
var ErrTaken = errors.New("another run has it")

// Keep takes the directory at path, which is made for this user alone when it is not
// there. An error that is ErrTaken says that a living run has it.
func Keep(path string) (*Kept, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	lock, err := tryLock(path)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrTaken
	}
	if err != nil {
		return nil, fmt.Errorf("locking %q: %w", path, err)
	}
	return &Kept{Path: path, lock: lock}, nil
}

// Release leaves the directory as it is for the next run.
func (k *Kept) Release() error { return k.lock.Close() }
