package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// needGit skips where the files of a directory can't be listed: in an image that has
// no git, or where they were copied without it.
func needGit(t *testing.T, dir string) {
	t.Helper()
	list := exec.Command("git", "rev-parse", "--git-dir")
	list.Dir = dir
	if out, err := list.CombinedOutput(); err != nil {
		t.Skipf("no git repository: %v\n%s", err, out)
	}
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// repository is a git repository with these files, by path.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range files {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, "git", "init", "--quiet")
	run(t, dir, "git", "add", "--all", "--force")
	return dir
}

// TestMakeHome moves a copy of this repository, where it still builds, and back,
// after which it is what it was.
func TestMakeHome(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed")
	}
	needGit(t, "../..")
	before, err := tracked(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := repository(t, before)
	from, err := current([]byte(before["go.mod"]))
	if err != nil {
		t.Fatal(err)
	}
	const to = "git.example.org/acme" + "/slipway"
	for range 2 { // the second time there is nothing to do
		run(t, dir, "make", "home", "MODULE="+to)
	}
	after, err := tracked(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range after {
		for at := range mentions(text, from) {
			t.Errorf("%s:%d still names %s", path, line(text, at), from)
		}
		for _, problem := range foreign(text, to) {
			t.Errorf("%s:%s", path, problem)
		}
	}
	run(t, dir, "go", "build", "./...")
	run(t, dir, "go", "vet", "./pipelines/release")
	installed(t, dir, to)
	if got := run(t, dir, "gofmt", "-l", "."); got != "" {
		t.Errorf("not formatted:\n%s", got)
	}
	for path := range after {
		if filepath.Base(path) == "go.mod" {
			run(t, dir, "go", "mod", "edit", "-fmt", path)
			if got, err := os.ReadFile(filepath.Join(dir, path)); string(got) != after[path] || err != nil {
				t.Errorf("%s is not as \"go mod edit -fmt\" writes it: %v", path, err)
			}
		}
	}
	run(t, dir, "make", "home", "MODULE="+from)
	after, err = tracked(t.Context(), dir)
	if diff := cmp.Diff(before, after); diff != "" || err != nil {
		t.Errorf("there and back is not the same: %v\n%s", err, diff)
	}
}

// installed installs the command, which then has a version and knows its home: that is
// what the CI files call that it writes.
func installed(t *testing.T, dir, home string) {
	t.Helper()
	prefix, project := t.TempDir(), t.TempDir()
	run(t, dir, "make", "install", "PREFIX="+prefix)
	slipway := filepath.Join(prefix, "bin", "slipway")
	if got := run(t, project, slipway, "version"); !strings.HasPrefix(got, "slipway dev ") {
		t.Errorf("version is %q, want dev, as in a repository without a commit", got)
	}
	if err := os.WriteFile(filepath.Join(project, "Dockerfile"), []byte("FROM scratch\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, project, slipway, "init", "--ci", "github")
	if text, err := os.ReadFile(filepath.Join(project, ".github/workflows/slipway.yml")); err != nil || !strings.Contains(string(text), "SLIPWAY: "+home+"@main\n") {
		t.Errorf("%v, want a call of %s in:\n%s", err, home, text)
	}
}

// TestMoveRefuses: nothing is changed when it could not be undone, or is no address.
func TestMoveRefuses(t *testing.T) {
	files := map[string]string{"go.mod": "module a.example/b\n", "README.md": "See a.example/b and\nc.example/d.\n"}
	dir := repository(t, files)
	for to, want := range map[string]string{
		"c.example/d":         "README.md:2 names c.example/d already",
		"https://c.example/e": "is no address of a module",
	} {
		changed, err := moveTo(t.Context(), dir, to)
		if changed != 0 || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %d changed, %v, want none and %q", to, changed, err, want)
		}
	}
	if after, err := tracked(t.Context(), dir); err != nil || cmp.Diff(files, after) != "" {
		t.Errorf("%v, changed (-want +got):\n%s", err, cmp.Diff(files, after))
	}
}

// TestMoveKeeps: modes stay, and what is no text, no file or not git's is left alone.
func TestMoveKeeps(t *testing.T) {
	const text, moved = "a.example/b\n", "c.example/d\n"
	dir := repository(t, map[string]string{"go.mod": "module " + text, "run": text, "binary": text + "\x00", "gone": text})
	if err := os.Chmod(filepath.Join(dir, "run"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("run", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "git", "add", "--all")
	if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "untracked"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if changed, err := moveTo(t.Context(), dir, strings.TrimSpace(moved)); changed != 2 || err != nil {
		t.Fatalf("%d changed, %v, want go.mod and run", changed, err)
	}
	for path, want := range map[string]string{"go.mod": "module " + moved, "run": moved, "binary": text + "\x00", "untracked": text} {
		if got, err := os.ReadFile(filepath.Join(dir, path)); string(got) != want || err != nil {
			t.Errorf("%s is %q, %v, want %q", path, got, err, want)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "run")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("run: %v, %v, want mode 755", info.Mode(), err)
	}
	if to, err := os.Readlink(filepath.Join(dir, "link")); to != "run" || err != nil {
		t.Errorf("link: %q, %v", to, err)
	}
}
