package dockerengine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// scratch is this run's directory for files that only it needs. It is locked
// while the run lives: the lock goes with the process, however that ends, so a
// directory that can be locked belongs to a dead run.
type scratch struct {
	dir  string
	lock *os.File
}

// privateDirectory makes dir, or refuses one that somebody else could have planted.
func privateDirectory(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return fmt.Errorf("making the scratch directory %q: %w", dir, err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the scratch directory: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("reading the scratch directory: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(stat.Uid) != os.Getuid() || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("the scratch directory %q is not a private directory of this user: remove it", dir)
	}
	return nil
}

func openScratch(dir string) (*scratch, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the scratch directory: %w", err)
	}
	lock, taken, err := tryLock(dir)
	if err != nil {
		return nil, err
	}
	if !taken {
		return nil, fmt.Errorf("locking the scratch directory %q: another run has it", dir)
	}
	return &scratch{dir: dir, lock: lock}, nil
}

// tryLock locks dir; taken is false when a living run holds it.
func tryLock(dir string) (lock *os.File, taken bool, err error) {
	lock, err = os.Open(dir)
	if err != nil {
		return nil, false, fmt.Errorf("locking the scratch directory: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return lock, true, nil
	}
	lock.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false, nil
	}
	return nil, false, fmt.Errorf("locking the scratch directory %q: %w", dir, err)
}

func (s *scratch) close() error {
	return errors.Join(os.RemoveAll(s.dir), s.lock.Close())
}
