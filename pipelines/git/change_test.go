package git

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// changes are ways to make a tree dirty that must all be told apart.
var changes = map[string]func(work){
	"content":            func(w work) { w.write("a", "two\n", 0o644) },
	"other content":      func(w work) { w.write("a", "three\n", 0o644) },
	"executable":         func(w work) { w.write("a", "one\n", 0o755) },
	"removed":            func(w work) { os.Remove(filepath.Join(w.dir, "a")) },
	"renamed":            func(w work) { w.git("mv", "a", "b") },
	"untracked":          func(w work) { w.write("new", "x", 0o644) },
	"untracked content":  func(w work) { w.write("new", "y", 0o644) },
	"untracked mode":     func(w work) { w.write("new", "x", 0o755) },
	"untracked name":     func(w work) { w.write("dir/new", "x", 0o644) },
	"strange name":       func(w work) { w.write("new\nline \"é\"", "x", 0o644) },
	"link":               func(w work) { os.Symlink("x", filepath.Join(w.dir, "new")) },
	"link target":        func(w work) { os.Symlink("y", filepath.Join(w.dir, "new")) },
	"submodule content":  func(w work) { w.write("sub/s", "changed", 0o644) },
	"submodule content2": func(w work) { w.write("sub/s", "changed2", 0o644) },
	"submodule new file": func(w work) { w.write("sub/new", "x", 0o644) },
	"submodule commit":   func(w work) { work{w.t, filepath.Join(w.dir, "sub")}.commit("more") },
	"nested repository":  func(w work) { w.git("init", "-q", "nested") },
}

// newWorkWithSubmodule has the file "a" and the submodule "sub" with the file "s".
func newWorkWithSubmodule(t *testing.T) work {
	t.Helper()
	module, w := emptyWork(t), newWork(t)
	module.write("s", "x", 0o644)
	module.commit("module")
	w.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", module.dir, "sub")
	w.commit("second")
	return w
}

func TestDirtyDigestTellsChangesApart(t *testing.T) {
	seen := map[string]string{}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			w := newWorkWithSubmodule(t)
			if s := w.state(); s.Dirty {
				t.Fatalf("dirty before anything was changed: %+v", s)
			}
			change(w)
			s := w.state()
			if !s.Dirty || len(s.DirtyDigest) != 64 {
				t.Fatalf("got %+v", s)
			}
			if other, ok := seen[s.DirtyDigest]; ok {
				t.Errorf("has the digest of %q", other)
			}
			seen[s.DirtyDigest] = name
		})
	}
}

func TestDirtyDigestIsTheSame(t *testing.T) {
	change := func(w work) {
		w.write("a", "two\n", 0o644)
		w.write("new", "x", 0o644)
	}
	w := newWork(t)
	change(w)
	want := w.state().DirtyDigest

	tests := map[string]func(w work){
		"other times": func(w work) {
			old := time.Unix(1e9, 0)
			os.Chtimes(filepath.Join(w.dir, "a"), old, old)
			os.Chtimes(filepath.Join(w.dir, "new"), old, old)
		},
		"staged":            func(w work) { w.git("add", "-A") },
		"other permissions": func(w work) { os.Chmod(filepath.Join(w.dir, "a"), 0o664) },
		"configured diff": func(w work) {
			w.git("config", "diff.noprefix", "true")
			w.git("config", "status.showUntrackedFiles", "no")
			w.git("config", "core.quotePath", "false")
		},
		"other ignored files": func(w work) {
			w.write(".git/info/exclude", "*.log\n", 0o644)
			w.write("a.log", "x", 0o644)
		},
	}
	for name, arrange := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWork(t)
			change(w)
			arrange(w)
			if got := w.state().DirtyDigest; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestChangedSubmoduleCountsWhateverIsConfigured(t *testing.T) {
	w := newWorkWithSubmodule(t)
	w.git("config", "diff.ignoreSubmodules", "all")
	w.write("sub/s", "changed", 0o644)
	if s := w.state(); !s.Dirty {
		t.Fatalf("got %+v", s)
	}
}

func TestTouchedFileIsClean(t *testing.T) {
	w := newWork(t)
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(w.dir, "a"), later, later); err != nil {
		t.Fatal(err)
	}
	if s := w.state(); s.Dirty {
		t.Fatalf("got %+v", s)
	}
}

// A file that is left out counts neither as changed nor in the digest.
func TestWithout(t *testing.T) {
	w := newWork(t)
	w.write("infra/tags.json", "{}", 0o644)
	state := func() State {
		t.Helper()
		s, err := w.open().Without("infra/tags.json", "absent").State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := state(); s.Dirty || s.DirtyDigest != "" {
		t.Errorf("new: %+v", s)
	}
	w.commit("tags")
	w.write("infra/tags.json", `{"a": 1}`, 0o644)
	if s := state(); s.Dirty {
		t.Errorf("changed: %+v", s)
	}
	w.write("b", "", 0o644)
	if s, all := state(), w.state(); !s.Dirty || s.DirtyDigest == all.DirtyDigest {
		t.Errorf("beside another change: %+v, and with it %+v", s, all)
	}
}
