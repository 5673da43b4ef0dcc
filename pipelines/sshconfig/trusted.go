package sshconfig

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// trusted refuses a file that somebody else could have written, as ssh does.
func trusted(name string, info fs.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 && int(stat.Uid) != os.Getuid() {
		return fmt.Errorf("it belongs to another user (%d), and ssh refuses it, too: chown %d %s", stat.Uid, os.Getuid(), name)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("others may write to it, and ssh refuses it, too: chmod go-w %s", name)
	}
	return nil
}
