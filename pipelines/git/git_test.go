package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenWithoutRepository(t *testing.T) {
	_, err := Open(context.Background(), t.TempDir())
	if !errors.Is(err, ErrNoRepository) || !strings.Contains(err.Error(), "git init") || !strings.Contains(err.Error(), "--commit") {
		t.Fatalf("want ErrNoRepository that says what to do, got: %v", err)
	}
}

func TestOpenWithoutGit(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Open(context.Background(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "git is not installed") {
		t.Fatalf("got %v", err)
	}
}

func TestOpenMissingDirectory(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := Open(context.Background(), missing)
	if err == nil || !strings.Contains(err.Error(), missing) || strings.Contains(err.Error(), "not installed") {
		t.Fatalf("got %v", err)
	}
}

func TestOpenBare(t *testing.T) {
	w := newWork(t)
	bare := filepath.Join(t.TempDir(), "bare")
	w.git("clone", "-q", "--bare", w.dir, bare)
	_, err := Open(context.Background(), bare)
	if err == nil || !strings.Contains(err.Error(), "checkout") {
		t.Fatalf("got %v", err)
	}
}

func TestOpenOfAnotherUser(t *testing.T) {
	w := newWork(t)
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	t.Setenv("SUDO_UID", "") // git trusts the user behind sudo
	if err := os.Chown(w.dir, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(w.dir, ".git"), 12345, 12345); err != nil {
		t.Fatal(err)
	}
	w.write("sub/file", "x", 0o644)
	_, err := Open(context.Background(), filepath.Join(w.dir, "sub"))
	if err == nil || !strings.Contains(err.Error(), "safe.directory '"+w.dir+"'") {
		t.Fatalf("got %v", err)
	}
}

func TestOpenFromBelow(t *testing.T) {
	w := newWork(t)
	w.write("sub/dir/file", "x", 0o644)
	r, err := Open(context.Background(), filepath.Join(w.dir, "sub/dir"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := filepath.EvalSymlinks(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.Dir() != want {
		t.Fatalf("got %q, want %q", r.Dir(), want)
	}
}

// Inside a hook git sets variables that point at another repository.
func TestOpenInsideHook(t *testing.T) {
	other, w := newWork(t), newWork(t)
	head := w.commit("second")
	t.Setenv("GIT_DIR", filepath.Join(other.dir, ".git"))
	t.Setenv("GIT_WORK_TREE", other.dir)
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other.dir, ".git", "index"))
	if got := w.state().Commit; got != head {
		t.Fatalf("got commit %s of the hook's repository, want %s", got, head)
	}
}

func TestCancelled(t *testing.T) {
	w := newWork(t)
	r := w.open()
	stopped := errors.New("the user stopped it")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(stopped)
	if _, err := r.State(ctx); !errors.Is(err, stopped) {
		t.Fatalf("got %v", err)
	}
}
