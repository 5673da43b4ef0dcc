package scratch

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestMain is also the process that is killed with a directory.
func TestMain(m *testing.M) {
	if os.Getenv("SLIPWAY_TEST_VICTIM") != "" {
		d, err := New("victim")
		if err != nil {
			panic(err)
		}
		os.Stdout.WriteString(d.Path + "\n")
		select {}
	}
	os.Exit(m.Run())
}

func gone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// What a killed run left goes with the next run; what a living one has stays, and
// so does what is of another kind, or a file.
func TestKilledRunIsSweptUp(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), "SLIPWAY_TEST_VICTIM=1")
	out, err := victim.StdoutPipe()
	if err == nil {
		err = victim.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	path := make([]byte, 1000)
	n, err := out.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	left := string(path[:n-1])
	file, other := filepath.Join(os.TempDir(), "slipway-victim-file"), filepath.Join(os.TempDir(), "slipway-other-1")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Mkdir(other, 0o700), os.WriteFile(filepath.Join(left, "secret"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	aMinuteAgo := time.Now().Add(-time.Minute) // directories of this second are left alone
	makeNext := func() *Dir {
		t.Helper()
		for _, path := range []string{left, file, other} {
			os.Chtimes(path, time.Time{}, aMinuteAgo) // it may be gone
		}
		d, err := New("victim")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first := makeNext()
	if gone(left) {
		t.Error("the directory of a living run was removed")
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	victim.Wait() // the error says that it was killed
	second := makeNext()
	if !gone(left) {
		t.Error("the directory of a killed run is still there")
	}
	if gone(file) || gone(other) || gone(first.Path) {
		t.Error("what is somebody else's was removed")
	}
	if err := errors.Join(first.Remove(), second.Remove()); err != nil || !gone(first.Path) || !gone(second.Path) {
		t.Errorf("removing: %v", err)
	}
}

// One that was made this very moment may not be locked yet.
func TestJustMade(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	young := filepath.Join(os.TempDir(), "slipway-victim-1")
	if err := os.Mkdir(young, 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := New("victim")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Remove(); err != nil || gone(young) {
		t.Errorf("%v, gone: %v", err, gone(young))
	}
}
