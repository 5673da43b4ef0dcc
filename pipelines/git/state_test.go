package git

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestState(t *testing.T) {
	committed := time.Date(2026, 1, 2, 1, 4, 5, 0, time.UTC)
	tests := []struct {
		name    string
		arrange func(w work) work // returns the checkout to look at
		want    State             // without Commit and DirtyDigest
	}{
		{"branch", func(w work) work { return w }, State{Branch: "main"}},
		{"branch with a slash", func(w work) work {
			w.git("checkout", "-q", "-b", "feature/x")
			return w
		}, State{Branch: "feature/x"}},
		{"detached head", func(w work) work {
			w.git("checkout", "-q", "--detach")
			return w
		}, State{}},
		{"tags, highest first", func(w work) work {
			w.git("tag", "v1.9")
			w.git("tag", "-a", "-m", "annotated", "v1.10")
			w.git("checkout", "-q", "v1.10")
			return w
		}, State{Tags: []string{"v1.10", "v1.9"}}},
		{"linked work tree", func(w work) work {
			linked := work{w.t, filepath.Join(w.t.TempDir(), "linked")}
			w.git("worktree", "add", "-q", "-b", "other", linked.dir)
			return linked
		}, State{Branch: "other"}},
		{"shallow clone", func(w work) work {
			w.commit("second")
			clone := work{w.t, filepath.Join(w.t.TempDir(), "clone")}
			w.git("clone", "-q", "--depth", "1", "file://"+w.dir, clone.dir)
			clone.git("remote", "set-url", "origin", "https://ann:secret@example.com/app.git")
			return clone
		}, State{Branch: "main", Shallow: true, Remote: "https://example.com/app.git"}},
		{"remote rewritten to hold a token", func(w work) work {
			w.git("remote", "add", "origin", "https://example.com/app")
			w.git("config", "url.https://token@example.com/.insteadOf", "https://example.com/")
			return w
		}, State{Branch: "main", Remote: "https://example.com/app"}},
		{"untracked file", func(w work) work {
			w.write("new", "x", 0o644)
			return w
		}, State{Branch: "main", Dirty: true, Changed: []string{"new"}}},
		{"ignored file", func(w work) work {
			w.write(".git/info/exclude", "*.log\n", 0o644)
			w.write("a.log", "x", 0o644)
			return w
		}, State{Branch: "main"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := test.arrange(newWork(t))
			got := w.state()
			if head := w.git("rev-parse", "HEAD"); got.Commit != head {
				t.Errorf("commit is %q, want %q", got.Commit, head)
			}
			if (got.DirtyDigest != "") != got.Dirty {
				t.Errorf("dirty is %v but the digest is %q", got.Dirty, got.DirtyDigest)
			}
			got.Commit, got.DirtyDigest = "", ""
			test.want.CommitTime = committed
			if test.want.Tags == nil {
				test.want.Tags = []string{}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStateWithoutCommit(t *testing.T) {
	w := emptyWork(t)
	w.write("a", "x", 0o644)
	if _, err := w.open().State(context.Background()); !errors.Is(err, ErrNoCommit) {
		t.Fatalf("got %v", err)
	}
}

func TestStateOfSHA256Repository(t *testing.T) {
	w := emptyWork(t)
	w.git("init", "-q", "--object-format=sha256", "two")
	w.dir = filepath.Join(w.dir, "two")
	head := w.commit("first")
	if got := w.state().Commit; got != head || !IsCommit(got) || len(got) != 64 {
		t.Fatalf("got %q, want %q", got, head)
	}
}
