package fleet_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// small makes a directory a disk of its own, of 1 MiB.
func small(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount("slipway-test", dir, "tmpfs", 0, "size=1m,mode=0755"); err != nil {
		t.Skipf("needs to mount a small disk: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// The disk of one host is full.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	r := newCluster(t, 2)
	small(t, r.Dirs[1])
	r.release("1", "2")
	r.mustDeploy("1")
	fill := filepath.Join(r.Dirs[1], "fill")
	if err := os.WriteFile(fill, make([]byte, 4<<20), 0o644); err == nil {
		t.Fatal("the disk has room for more than it should")
	}
	_, err := r.deploy("2")
	if err == nil || !strings.Contains(err.Error(), "host app2: ") || !strings.Contains(err.Error(), "full") {
		t.Errorf("error: %v", err)
	}
	r.consistent("1", "2", err)
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	r.mustDeploy("2")
	r.wantOne("2")
}
