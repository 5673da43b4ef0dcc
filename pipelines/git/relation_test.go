package git

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	w := newWork(t)
	first := w.git("rev-parse", "HEAD")
	second := w.commit("second")
	third := w.commit("third")
	w.git("checkout", "-q", "-b", "other", first)
	w.write("b", "x", 0o644)
	aside := w.commit("aside")
	blob := w.git("rev-parse", "HEAD:b")
	missing := strings.Repeat("1", 40)

	full := w.open()
	shallow := work{t, filepath.Join(t.TempDir(), "shallow")}
	w.git("clone", "-q", "--depth", "2", "--branch", "main", "file://"+w.dir, shallow.dir)
	shallow.git("fetch", "-q", "--depth", "1", "origin", "other")

	tests := []struct {
		name string
		in   *Repository
		a, b string
		want Relation
	}{
		{"same", full, first, first, Same},
		{"same in capitals", full, first, strings.ToUpper(first), Same},
		{"older", full, first, third, Ancestor},
		{"newer", full, third, first, Descendant},
		{"diverged", full, aside, third, Diverged},
		{"missing", full, missing, third, Unknown},
		{"not a commit", full, blob, third, Unknown},
		{"shallow: in the clone", shallow.open(), second, third, Ancestor},
		{"shallow: cut off", shallow.open(), first, third, Unknown},
		{"shallow: no common history", shallow.open(), aside, third, Unknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.in.Compare(context.Background(), test.a, test.b)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	if _, err := full.Compare(context.Background(), first[:7], third); err == nil {
		t.Error("an abbreviated commit was accepted")
	}
}

func TestResolve(t *testing.T) {
	w := newWork(t)
	head := w.git("rev-parse", "HEAD")
	w.git("tag", "-a", "-m", "annotated", "v1")
	tests := []struct {
		name, revision string
		ok             bool
	}{
		{"full", head, true},
		{"abbreviated", head[:7], true},
		{"annotated tag", "v1", true},
		{"branch", "main", true},
		{"missing", "deadbeef", false},
		{"full but missing", strings.Repeat("1", 40), false},
		{"an option", "--all", false},
		{"empty", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := w.open().Resolve(context.Background(), test.revision)
			if (err == nil) != test.ok || (test.ok && got != head) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
