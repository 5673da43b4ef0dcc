package git

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIgnored(t *testing.T) {
	w := newWork(t)
	w.write(".gitignore", "*.env\n/out/\n", 0o644)
	w.write("tracked.env", "x", 0o644)
	w.git("add", "--force", "tracked.env")
	w.commit("second")
	w.write("prod.env", "x", 0o644)
	w.write("out/a", "x", 0o644)
	w.write("new file", "x", 0o644)
	r, err := Open(t.Context(), w.dir)
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(w.dir, name) }
	got, err := r.Ignored(t.Context(), []string{at("a"), at("tracked.env"), at("prod.env"), at("out/a"), at("new file"), at("gone/x"), "/etc/passwd"})
	if diff := cmp.Diff([]string{at("prod.env"), at("out/a")}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if got, err := r.Ignored(t.Context(), []string{at("a")}); err != nil || got != nil {
		t.Errorf("%v, %v", got, err)
	}
}
