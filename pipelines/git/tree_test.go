package git

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTreeInAShallowClone(t *testing.T) {
	w := newWork(t)
	w.write("dags/sub/b.py", "two\n", 0o644)
	w.write("dags/file", "three\n", 0o644)
	first := w.commit("second")
	w.write("dags/c.py", "four\n", 0o644)
	second := w.commit("third")
	want := w.git("rev-parse", second+":dags")

	shallow := filepath.Join(t.TempDir(), "shallow")
	if out, err := exec.Command("git", "clone", "-q", "--depth=1", "file://"+w.dir, shallow).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := Open(context.Background(), shallow)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"dags", "dags/", "./dags"} {
		if got, err := r.Tree(t.Context(), second, dir); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %s", dir, got, err, want)
		}
	}
	if got, err := r.Tree(t.Context(), second, ""); err != nil || got != w.git("rev-parse", second+"^{tree}") {
		t.Errorf("all of it: %q, %v", got, err)
	}
	if _, err := r.Tree(t.Context(), first, "dags"); !errors.Is(err, ErrNotHere) {
		t.Errorf("a commit that is not there: %v", err)
	}
	for _, dir := range []string{"none", "dags/file", "dags/[s]ub", "none/at/all"} {
		if _, err := r.Tree(t.Context(), second, dir); err == nil || !strings.Contains(err.Error(), "has no directory") {
			t.Errorf("%q: %v", dir, err)
		}
	}
	entries, err := r.Entries(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	var paths, ids []string
	for _, e := range entries {
		paths = append(paths, e.Kind+" "+e.Path)
		ids = append(ids, e.ID)
	}
	if diff := cmp.Diff([]string{"tree ", "blob c.py", "blob file", "tree sub", "blob sub/b.py"}, paths); diff != "" {
		t.Error(diff)
	}
	var pack bytes.Buffer
	if err := r.Pack(t.Context(), ids, &pack); err != nil {
		t.Fatal(err)
	}
	bare := filepath.Join(t.TempDir(), "bare")
	w.git("init", "-q", "--bare", bare)
	index := exec.Command("git", "-C", bare, "index-pack", "--stdin")
	index.Stdin = &pack
	if out, err := index.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w.git("-C", bare, "rev-list", "--objects", want) // all of it is there
}

func TestChanged(t *testing.T) {
	w := newWork(t)
	w.write("dags/ä\n\".py", "1", 0o644)
	w.write("dags/gone", "1", 0o644)
	a := w.commit("a")
	w.write("dags/ä\n\".py", "2", 0o644)
	w.git("rm", "-q", "dags/gone")
	w.write("other", "1", 0o644)
	b := w.commit("b")
	got, err := w.open().Changed(t.Context(), w.git("rev-parse", a+":dags"), w.git("rev-parse", b+":dags"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"gone", "ä\n\".py"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPointer(t *testing.T) {
	w := newWork(t)
	w.write("small", "version 1 of something that is no pointer and goes on\n", 0o644)
	w.write("dags/big.bin", pointerStart+"v1\noid sha256:"+strings.Repeat("a", 64)+"\nsize 5\n", 0o644)
	commit := w.commit("lfs")
	r := w.open()
	entries, err := r.Entries(t.Context(), commit)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.Pointer(t.Context(), entries); err != nil || got != "dags/big.bin" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := r.Pointer(t.Context(), entries[:2]); err != nil || got != "" {
		t.Errorf("without it: %q, %v", got, err)
	}
}
