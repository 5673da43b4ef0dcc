package terraform

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"git.example/slipway/pipelines/lazy"
)

// privatePrefix, and the process's id, begin the names of our directories.
const privatePrefix = "slipway-terraform-"

var privateOwner = lazy.Regexp("^" + privatePrefix + "([0-9]+)-")

// strandedAfter is how old a directory of a process that is gone has to be: what
// the process had started removes its own.
const strandedAfter = time.Hour

// privateDir makes a directory that nobody else can look into (mode 0700): plan
// files hold secrets. Those that killed runs left are removed.
func privateDir() (string, error) {
	sweep(os.TempDir(), time.Now().Add(-strandedAfter))
	dir, err := os.MkdirTemp("", privatePrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", fmt.Errorf("making a directory for Terraform's plan: %w", err)
	}
	return dir, nil
}

// sweep removes directories in root that are older than before and whose process
// is gone. What can't be removed is somebody else's.
func sweep(root string, before time.Time) {
	found, _ := filepath.Glob(filepath.Join(root, privatePrefix+"*"))
	for _, dir := range found {
		owner := privateOwner().FindStringSubmatch(filepath.Base(dir))
		info, err := os.Lstat(dir)
		if owner == nil || err != nil || !info.IsDir() || info.ModTime().After(before) {
			continue
		}
		if pid, err := strconv.Atoi(owner[1]); err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(dir)
		}
	}
}
