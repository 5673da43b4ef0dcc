package git

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFilesOfACommit(t *testing.T) {
	w := newWork(t)
	w.write("d/file", "one\n", 0o755)
	w.write("crlf.bat", "a\r\nb\r\n", 0o644)
	w.write(".gitattributes", "*.bat text eol=crlf\n", 0o644)
	w.write("large", string(pointerTo([]byte("the content\n"))), 0o644)
	for link, to := range map[string]string{"link": "d/file", "dir": "d", "out": "/etc/passwd", "loop": "loop", "gone": "nothing"} {
		if err := os.Symlink(to, filepath.Join(w.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	commit := w.commit("files")
	w.write("d/file", "two\n", 0o644)
	w.commit("later")
	ctx, repo := t.Context(), w.open()
	files, err := repo.FilesOf(ctx, commit)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := files.IDs(ctx, []string{"a", "d/file", "out", "link", "loop", "dir/file", "gone", "a/b", "missing", "d", "crlf.bat", "large"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "crlf.bat", "d/file", "dir/file", "large", "link"}, slices.Sorted(maps.Keys(ids))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	tests := map[string]struct {
		path, content string
		want          bool
	}{
		"as it is":                {"d/file", "one\n", true},
		"through a link":          {"link", "one\n", true},
		"through a linked folder": {"dir/file", "one\n", true},
		"a later content":         {"d/file", "two\n", false},
		"more at its end":         {"d/file", "one\n\n", false},
		"as checked out":          {"crlf.bat", "a\r\nb\r\n", true},
		"as in git":               {"crlf.bat", "a\nb\n", true},
		"other lines":             {"crlf.bat", "a\r\nc\r\n", false},
		"no line ends to convert": {"d/file", "one\r\n", false},
		"from Git LFS":            {"large", "the content\n", true},
		"another one for LFS":     {"large", "the contents\n", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := files.Holds(ctx, test.path, ids[test.path], []byte(test.content)); err != nil || got != test.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	below, err := files.Below(ctx, []string{"d", "a"})
	if err != nil || len(below) != 2 || below["d/file"].Mode != ModeExecutable {
		t.Errorf("below: %v, %v", below, err)
	}
	if _, err := repo.FilesOf(ctx, strings.Repeat("1", 40)); !errors.Is(err, ErrNotHere) {
		t.Errorf("a commit that is not here: %v", err)
	}
}

// What this clone has put in the place of a commit or a file is not what it is.
func TestFilesOfACommitWithReplacements(t *testing.T) {
	w := newWork(t)
	commit := w.git("rev-parse", "HEAD")
	w.write("a", "evil\n", 0o644)
	w.git("replace", commit, w.commit("evil"))
	files, err := w.open().FilesOf(t.Context(), commit)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := files.IDs(t.Context(), []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	if same, err := files.Holds(t.Context(), "a", ids["a"], []byte("evil\n")); same || err != nil {
		t.Errorf("the replacement counts: %v", err)
	}
}

func TestContaining(t *testing.T) {
	w := newWork(t)
	first := w.git("rev-parse", "HEAD")
	w.git("tag", "v1")
	w.git("branch", "old")
	second := w.commit("second")
	w.git("update-ref", "refs/remotes/origin/main", second)
	w.git("update-ref", "refs/remotes/origin/release/2", second)
	w.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	w.git("checkout", "-q", "--detach")
	fork := w.commit("a fork's")
	w.git("update-ref", "refs/remotes/fork/main", fork)
	w.git("update-ref", "refs/remotes/pull/7/merge", fork)
	w.git("remote", "add", "origin", "https://example.com/a")
	w.git("remote", "add", "fork", "https://example.com/b")
	tests := map[string]struct {
		commit string
		want   Names
	}{
		"the first":  {first, Names{[]string{"main", "old", "release/2"}, []string{"v1"}, true}},
		"the second": {second, Names{[]string{"main", "release/2"}, nil, true}},
		"a fork's":   {fork, Names{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := w.open().Containing(t.Context(), test.commit)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := w.open().Containing(t.Context(), "--all"); err == nil {
		t.Error("a flag is taken for a commit")
	}
}
