package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzOutput wants an answer from whatever git prints.
func FuzzOutput(f *testing.F) {
	f.Add("# branch.oid abc\x00# branch.head main\x001 .M N... 100644 100644 100644 1 2 a b\x00? new file\x00u UU N... 1 2 3 4 5 6 7 c\x00")
	f.Add("100644 blob 0123  12\tdir/a b\x00040000 tree 0123 -\tdir\x00160000 commit 1\tsub\x00\t\x00")
	f.Fuzz(func(t *testing.T, out string) {
		var s State
		r := &Repository{without: []string{".slipway"}}
		for _, path := range r.parseStatus(out, &s) {
			if path == "" || strings.Contains(path, "\x00") {
				t.Errorf("path %q from %q", path, out)
			}
		}
		for _, e := range ParseEntries(out) {
			if e.Kind == "" || e.ID == "" || strings.Contains(e.Path, "\x00") {
				t.Errorf("entry %+v from %q", e, out)
			}
		}
	})
}

// FuzzPaths wants a file of any name to be told by git and by us alike.
func FuzzPaths(f *testing.F) {
	for _, name := range []string{"a b", "\t", "\n", `"`, `\`, "ä", "\xff", "-x", "a\x01", ":(top)x", "*", "..a", "é漢"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if name == "" || name == "." || name == ".." || len(name) > 200 || strings.ContainsAny(name, "/\x00") || strings.HasPrefix(strings.ToLower(name), ".git") {
			t.Skip("no file of a work tree has that name")
		}
		w := newWork(t)
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte("x"), 0o644); err != nil {
			t.Skip(err)
		}
		r, err := Open(t.Context(), w.dir)
		if err != nil {
			t.Fatal(err)
		}
		s, err := r.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := name
		if name == "a" {
			want = "a" // it was there, and differs
		}
		if len(s.Changed) != 1 || s.Changed[0] != want {
			t.Fatalf("%q is told as %q", name, s.Changed)
		}
		before := s.Commit
		w.git("add", "--all")
		after := w.commit("second")
		changed, err := r.Changed(t.Context(), before, after)
		if err != nil || len(changed) != 1 || changed[0] != want {
			t.Errorf("%q is told as %q, %v", name, changed, err)
		}
		tree, err := r.Tree(t.Context(), after, "")
		if err != nil {
			t.Fatal(err)
		}
		entries, err := r.Entries(t.Context(), tree)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, e := range entries {
			found = found || e.Path == name && e.Size == 1 && e.Kind == "blob"
		}
		if !found {
			t.Errorf("%q is not among %+v", name, entries)
		}
	})
}
