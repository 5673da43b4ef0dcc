package git

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// work is a temporary repository, made with the real git.
type work struct {
	t   *testing.T
	dir string
}

// newWork makes a repository with one commit of the file "a".
func newWork(t *testing.T) work {
	t.Helper()
	w := emptyWork(t)
	w.write("a", "one\n", 0o644)
	w.commit("first")
	return w
}

// emptyWork makes a repository with no commit. The user's configuration does
// not reach it.
func emptyWork(t *testing.T) work {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(t.TempDir(), "gitconfig"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "Ann")
		t.Setenv("GIT_"+who+"_EMAIL", "ann@example.com")
		t.Setenv("GIT_"+who+"_DATE", "2026-01-02T03:04:05+02:00")
	}
	w := work{t, filepath.Join(t.TempDir(), "re po")}
	if err := os.Mkdir(w.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	w.git("init", "-q", "-b", "main")
	return w
}

func (w work) git(args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = w.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w work) commit(message string) string {
	w.t.Helper()
	w.git("add", "-A")
	w.git("commit", "-q", "--allow-empty", "-m", message)
	return w.git("rev-parse", "HEAD")
}

func (w work) write(name, content string, mode os.FileMode) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		w.t.Fatal(err)
	}
}

func (w work) open() *Repository {
	w.t.Helper()
	r, err := Open(context.Background(), w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w work) state() State {
	w.t.Helper()
	s, err := w.open().State(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}
