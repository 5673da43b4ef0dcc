package gitsync

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

func nobody(context.Context) error { return nil }

// ways are the two ways to switch: every content has to arrive by both.
var ways = []config.Switch{config.SwitchLink, config.SwitchInPlace}

func TestExactContent(t *testing.T) {
	odd := map[string]string{
		"dags/plain.py":                     "print(1)\n",
		"dags/a b/'quo\"te'.py":             "1",
		"dags/new\nline/$(touch /tmp/x).py": "1",
		"dags/-n":                           "dash",
		"dags/*":                            "glob",
		"dags/ünï/日本.py":                    "unicode",
		"dags/bad\xff\xfe":                  "no utf-8",
		"dags/.hidden/.x":                   "1",
		"dags/\\back\\slash":                "1",
		"dags/crlf.txt":                     "a\r\nb\r\n",
		".gitattributes":                    "* text eol=lf\n",
		"dags/.gitattributes":               "*.py ident\n",
		"dags/id.py":                        "$Id$\n",
		"other/file":                        "not here",
	}
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, way)
			w.write(odd)
			put(t, filepath.Join(w.repo, "dags/run.sh"), "#!/bin/sh\n")
			if err := os.Chmod(filepath.Join(w.repo, "dags/run.sh"), 0o755); err != nil {
				t.Fatal(err)
			}
			for name, target := range map[string]string{"link": "plain.py", "outside": "/etc/passwd", "up": "../../../.."} {
				if err := os.Symlink(target, filepath.Join(w.repo, "dags", name)); err != nil {
					t.Fatal(err)
				}
			}
			w.git("-c", "core.autocrlf=false", "add", "-A")
			first := w.commit(nil)
			w.deploy(w.desired(first))

			want := map[string]string{
				"run.sh": "755 #!/bin/sh\n", "link": "-> plain.py", "outside": "-> /etc/passwd", "up": "-> ../../../..",
				"crlf.txt": "644 a\nb\n", // committed so: .gitattributes was there then
			}
			for name, content := range odd {
				if at, ok := strings.CutPrefix(name, "dags/"); ok && at != "crlf.txt" {
					want[at] = "644 " + content
				}
			}
			if diff := cmp.Diff(want, tree(t, w.dir)); diff != "" {
				t.Errorf("first: %s", diff)
			}

			// A file becomes a directory, a directory a file, a link to outside a
			// directory: nothing is ever written through the link.
			w.commit(map[string]string{"dags/-n": "", "dags/a b": "", "dags/outside": "", "dags/up": ""})
			second := w.commit(map[string]string{
				"dags/-n/in.py": "2", "dags/a b": "2", "dags/outside/in.py": "2", "dags/up/escape": "2", "dags/plain.py": "print(2)\n",
			})
			w.deploy(w.desired(second))
			got := tree(t, w.dir)
			for name, content := range map[string]string{"-n/in.py": "644 2", "a b": "644 2", "outside/in.py": "644 2", "up/escape": "644 2", "plain.py": "644 print(2)\n", "*": "644 glob"} {
				if got[name] != content {
					t.Errorf("second: %q is %q, want %q", name, got[name], content)
				}
			}
			if p := w.deploy(w.desired(second)); !p.Empty() {
				t.Errorf("again: %+v", p.Changes)
			}
			w.deploy(w.desired(first))
			if diff := cmp.Diff(want, tree(t, w.dir)); diff != "" {
				t.Errorf("back: %s", diff)
			}
		})
	}
}

func TestShallowCloneIsEnough(t *testing.T) {
	w := newWorld(t)
	first := w.commit(map[string]string{"dags/a.py": "1", "dags/same.py": "same"})
	one := w.desired(first)
	w.deploy(one)
	second := w.commit(map[string]string{"dags/a.py": "2"})

	shallow := filepath.Join(t.TempDir(), "ci")
	if out, err := exec.Command("git", "clone", "-q", "--depth=1", "file://"+w.repo, shallow).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w.use(shallow, config.SwitchLink)
	var log strings.Builder
	if err := w.target.Pull(t.Context(), w.desired(second), &log); err != nil {
		t.Fatal(err)
	}
	if want := "commit " + short(second) + ": sent 2 objects\n"; log.String() != want {
		t.Errorf("log: %q, want %q: a tree and a file", log.String(), want)
	}
	w.deploy(w.desired(second))
	if got := tree(t, w.dir)["a.py"]; got != "644 2" {
		t.Errorf("a.py: %q", got)
	}

	// The clone does not have the first commit; the host does.
	one.Sync[0].Tree = ""
	w.deploy(one)
	if got := tree(t, w.dir)["a.py"]; got != "644 1" {
		t.Errorf("back: a.py: %q", got)
	}
	one.Sync[0].Commit = strings.Repeat("1", 40)
	if err := w.target.Pull(t.Context(), one, io.Discard); err == nil || !strings.Contains(err.Error(), "fetch it first") {
		t.Errorf("a commit that nobody has: %v", err)
	}
}

// Nothing of the switch is seen by a reader: the path always leads to a whole tree.
func TestSwitchIsOneRename(t *testing.T) {
	w := newWorld(t)
	first := w.commit(map[string]string{"dags/a.py": "1", "dags/b.py": "1"})
	w.deploy(w.desired(first))
	second := w.commit(map[string]string{"dags/a.py": "2", "dags/b.py": "2"})
	done := make(chan error)
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			out, err := exec.Command("sh", "-c", `cd "$1" && cat a.py b.py`, "sh", w.dir).Output()
			if err != nil || string(out) != "11" && string(out) != "22" {
				done <- &exec.Error{Name: string(out), Err: err}
				return
			}
		}
	}()
	for range 3 {
		w.deploy(w.desired(second))
		w.deploy(w.desired(first))
	}
	close(stop)
	if err := <-done; err != nil {
		t.Errorf("a reader saw %v", err)
	}
	if to, err := os.Readlink(w.dir); err != nil || filepath.IsAbs(to) {
		t.Errorf("the link leads to %q, %v: want a relative one, which is right in a container too", to, err)
	}
}

func TestSinglePaths(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, way)
			first := w.commit(map[string]string{"dags/a.py": "1", "dags/b.py": "1", "dags/sub/c.py": "1", "dags/sub/d.py": "1"})
			one := w.desired(first)
			w.deploy(one)
			second := w.commit(map[string]string{"dags/a.py": "2", "dags/b.py": "2", "dags/sub/c.py": "2", "dags/sub/d.py": "", "dags/new.py": "2"})
			two := w.desired(second)
			w.deploy(two)

			back := two
			layer := one.Sync[0]
			layer.Paths = []string{"a.py", "sub/", "new.py"}
			back.Sync = append([]deploy.Layer{two.Sync[0]}, layer)
			w.deploy(back)
			want := map[string]string{"a.py": "644 1", "b.py": "644 2", "sub/c.py": "644 1", "sub/d.py": "644 1"}
			if diff := cmp.Diff(want, tree(t, w.dir)); diff != "" {
				t.Error(diff)
			}
			if drift := w.verify(two); len(drift) != 4 {
				t.Errorf("compared with all of the second: %v", drift)
			}
			back.Sync[1].Paths = []string{"none.py"}
			if _, err := w.try(back); err == nil || !strings.Contains(err.Error(), "there is no none.py") {
				t.Errorf("a path that neither has: %v", err)
			}
			w.deploy(two)
		})
	}
}

func TestVerifyTellsWhatWasEdited(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, way)
			d := w.desired(w.commit(map[string]string{"dags/a.py": "1", "dags/b.py": "1", "dags/c.py": "1", "dags/.gitignore": "*.log\n"}))
			w.deploy(d)
			put(t, filepath.Join(w.dir, "a.py"), "2")
			put(t, filepath.Join(w.dir, "extra.py"), "2")
			put(t, filepath.Join(w.dir, "__pycache__/a.cpython-311.pyc"), "cache")
			put(t, filepath.Join(w.dir, "run.log"), "ignored")
			if err := os.Remove(filepath.Join(w.dir, "b.py")); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(w.dir, "c.py"), 0o755); err != nil {
				t.Fatal(err)
			}
			commit := "commit " + short(d.Release.Commit)
			want := []string{
				"a.py config: want " + commit + ": got edited by hand",
				"b.py missing: want " + commit,
				"c.py config: want " + commit + ": got edited by hand",
				"extra.py extra: got a file that nobody released",
			}
			if diff := cmp.Diff(want, w.verify(d)); diff != "" {
				t.Error(diff)
			}
			p := w.deploy(d) // puts it right
			if len(p.Notes) == 0 || !strings.Contains(p.Notes[0], "4 paths edited by hand since the last deploy: a.py, b.py, c.py, …") {
				t.Errorf("notes: %q", p.Notes)
			}
			if way == config.SwitchInPlace {
				kept, _ := filepath.Glob(filepath.Join(w.target.State, "aside", "*", "extra.py"))
				if len(kept) != 1 {
					t.Errorf("the extra file was not kept: %q", kept)
				}
			}
		})
	}
}

// Only what nobody has released is kept aside: not what a release had where the next
// one has a directory or a file, nor what a killed run put there for another release.
func TestAside(t *testing.T) {
	w := newWorld(t)
	w.use(w.repo, config.SwitchInPlace)
	aside := func() (names []string) {
		dir := filepath.Join(w.target.State, "aside")
		if _, err := os.Stat(dir); err != nil {
			return nil
		}
		for name := range tree(t, dir) {
			_, name, _ = strings.Cut(name, "/") // without the run's own directory
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	first := w.desired(w.commit(map[string]string{"dags/kind/file": "1", "dags/kind/deep/it's $x": "1", "dags/other": "1", "dags/always": "1"}))
	w.deploy(first)
	if err := os.Symlink("file", filepath.Join(w.repo, "dags/kind/link")); err != nil {
		t.Fatal(err)
	}
	w.deploy(w.desired(w.commit(nil)))
	w.deploy(w.desired(w.commit(map[string]string{"dags/kind": "", "dags/other": ""})))
	w.deploy(w.desired(w.commit(map[string]string{"dags/kind": "2", "dags/other/file": "2"})))
	w.deploy(first)
	killed := w.desired(w.commit(map[string]string{"dags/put by a killed run": "3"}))
	if err := w.target.Pull(t.Context(), killed, io.Discard); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(w.dir, "put by a killed run"), "3")
	w.deploy(w.desired(w.commit(map[string]string{"dags/put by a killed run": "", "dags/more": "4"})))
	if got := aside(); len(got) > 0 {
		t.Errorf("kept aside: %q", got)
	}
	w.deploy(first)
	put(t, filepath.Join(w.dir, "kind/file"), "edited")
	put(t, filepath.Join(w.dir, "kind/extra"), "by hand")
	put(t, filepath.Join(w.dir, "copy"), "1")
	w.deploy(w.desired(w.git("rev-parse", "HEAD")))
	if diff := cmp.Diff([]string{"copy", "kind/extra", "kind/file"}, aside()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWasThereIsKept(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, way)
			put(t, filepath.Join(w.dir, "old.py"), "old")
			put(t, filepath.Join(w.dir, "a.py"), "by hand")
			before := tree(t, w.dir)
			d := w.desired(w.commit(map[string]string{"dags/a.py": "1"}))
			if err := w.target.Pull(t.Context(), d, io.Discard); err != nil {
				t.Fatal(err)
			}
			adopted := w.previous(d)
			if adopted == nil {
				t.Fatal("nothing to go back to")
			}
			p := w.deploy(d)
			if len(p.Changes) != 2 || p.Changes[0].Kind != deploy.AdoptStack {
				t.Errorf("changes: %+v", p.Changes)
			}
			if diff := cmp.Diff(map[string]string{"a.py": "644 1"}, tree(t, w.dir)); diff != "" {
				t.Error(diff)
			}
			w.deploy(*adopted)
			if diff := cmp.Diff(before, tree(t, w.dir)); diff != "" {
				t.Errorf("back: %s", diff)
			}
			w.deploy(d)
			// Also for an environment whose journal does not know of it.
			if _, err := w.apply(deploy.Desired{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, tree(t, w.dir)); diff != "" {
				t.Errorf("back to nothing: %s", diff)
			}
		})
	}
}

func TestFirstDeployIsUndone(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, way)
			d := w.desired(w.commit(map[string]string{"dags/a.py": "1"}))
			w.deploy(d)
			if _, err := w.apply(deploy.Desired{}); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(w.dir, "a.py")); err == nil {
				t.Error("the first deploy was not undone")
			}
			if drift := w.verify(deploy.Desired{}); len(drift) > 0 {
				t.Error(drift)
			}
			w.deploy(d)
		})
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t)
	w.commit(map[string]string{"dags/a.py": "1"})
	w.git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",dags/lib")
	w.git("commit", "-q", "-m", "submodule")
	module := w.git("rev-parse", "HEAD")
	w.git("rm", "-q", "--cached", "dags/lib")
	pointer := w.commit(map[string]string{"dags/model.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("a", 64) + "\nsize 1\n"})
	for name, test := range map[string]struct{ commit, want string }{
		"submodule": {module, `"lib" is a submodule`},
		"LFS":       {pointer, `"model.bin" is in Git LFS`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := w.try(w.desired(test.commit)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error: %v, want %q", err, test.want)
			}
			if _, err := os.Lstat(w.dir); err == nil {
				t.Error("something was changed")
			}
		})
	}
	put(t, w.dir, "a file")
	d := w.desired(w.commit(map[string]string{"dags/model.bin": ""}))
	if _, err := w.try(d); err == nil || !strings.Contains(err.Error(), "is no directory") {
		t.Errorf("a file at the path: %v", err)
	}
}

func TestPrune(t *testing.T) {
	w := newWorld(t)
	put(t, filepath.Join(w.dir, "old.py"), "old")
	var all []deploy.Desired
	for i := range 4 {
		d := w.desired(w.commit(map[string]string{"dags/a.py": strings.Repeat("x", i+1)}))
		w.deploy(d)
		all = append(all, d)
	}
	if err := w.target.Prune(t.Context(), all[:2], all[2:], io.Discard); err != nil {
		t.Fatal(err)
	}
	trees, err := filepath.Glob(filepath.Join(w.target.State, "trees", "*"))
	if err != nil || len(trees) != 3 { // two releases, and what was there before
		t.Errorf("trees: %q, %v", trees, err)
	}
	w.target.Repo = nil // the host itself still has them
	w.deploy(all[2])
	w.deploy(all[3])
	if _, err := w.try(all[0]); err == nil || !strings.Contains(err.Error(), "not on the host any more") {
		t.Errorf("a pruned release: %v", err)
	}
	if _, err := w.apply(deploy.Desired{}); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, w.dir)["old.py"]; got != "644 old" {
		t.Errorf("what was there before the first release: %q", got)
	}
}
