package gitsync

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/release"
)

// world is a repository and a host, both on this machine, with the real git.
type world struct {
	t      testing.TB
	repo   string
	dir    string
	target *Target
	clone  *git.Repository
	// from is the directory in the repository.
	from string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(t.TempDir(), "gitconfig"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "Ann")
		t.Setenv("GIT_"+who+"_EMAIL", "ann@example.com")
	}
	root := t.TempDir()
	w := &world{t: t, repo: filepath.Join(root, "the repo"), dir: filepath.Join(root, "o'pt $HOME", "dags"), from: "dags"}
	w.git("init", "-q", "-b", "main", w.repo)
	w.use(w.repo, config.SwitchLink)
	return w
}

// use readies the target with the clone in dir.
func (w *world) use(dir string, switches config.Switch) {
	w.t.Helper()
	var err error
	if _, err = os.Stat(filepath.Join(dir, ".git")); err == nil {
		w.clone, err = git.Open(w.t.Context(), dir)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	o := Options{Name: "dags", Host: deploy.LocalHost{}, Dir: w.dir, State: StateDir(w.dir, "prod", "dags"), Switch: switches, Repo: w.clone}
	w.target = New(o)
}

func (w *world) git(args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	if _, err := os.Stat(w.repo); err == nil {
		cmd.Dir = w.repo
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// write writes files of the repository; an empty content removes one.
func (w *world) write(files map[string]string) {
	w.t.Helper()
	for name, content := range files {
		file := filepath.Join(w.repo, name)
		if content == "" {
			if err := os.RemoveAll(file); err != nil {
				w.t.Fatal(err)
			}
			continue
		}
		put(w.t, file, content)
	}
}

func put(t testing.TB, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// commit commits files and gives the full commit.
func (w *world) commit(files map[string]string) string {
	w.t.Helper()
	w.write(files)
	w.git("add", "-A")
	w.git("commit", "-q", "--allow-empty", "-m", "change")
	return w.git("rev-parse", "HEAD")
}

// desired is what the target is to have of a commit.
func (w *world) desired(commit string) deploy.Desired {
	w.t.Helper()
	tree, err := w.clone.Tree(w.t.Context(), commit, w.from)
	if err != nil {
		w.t.Fatal(err)
	}
	return deploy.Desired{
		Project: "airflow", Environment: "prod",
		Release: release.Record{Tag: "1_" + short(commit), Commit: commit},
		Sync:    []deploy.Layer{{Commit: commit, From: w.from, Tree: tree}},
	}
}

// deploy brings d to the host and proves it.
func (w *world) deploy(d deploy.Desired) deploy.Plan {
	w.t.Helper()
	p, err := w.try(d)
	if err != nil {
		w.t.Fatal(err)
	}
	if drift := w.verify(d); len(drift) > 0 {
		w.t.Fatalf("drift after the deploy: %v", drift)
	}
	return p
}

func (w *world) try(d deploy.Desired) (deploy.Plan, error) {
	w.t.Helper()
	if err := w.target.Pull(w.t.Context(), d, io.Discard); err != nil {
		return deploy.Plan{}, err
	}
	return w.apply(d)
}

func (w *world) apply(d deploy.Desired) (deploy.Plan, error) {
	p, err := w.plan(d)
	if err != nil || p.Empty() {
		return p, err
	}
	return p, w.target.Apply(w.t.Context(), d, p, session(w.t))
}

func (w *world) plan(d deploy.Desired) (deploy.Plan, error) {
	o, err := w.target.Observe(w.t.Context(), d)
	if err != nil {
		return deploy.Plan{}, err
	}
	return w.target.Plan(d, o)
}

func (w *world) previous(d deploy.Desired) *deploy.Desired {
	w.t.Helper()
	o, err := w.target.Observe(w.t.Context(), d)
	if err != nil {
		w.t.Fatal(err)
	}
	return o.Previous
}

func (w *world) verify(d deploy.Desired) []string {
	w.t.Helper()
	proof, err := w.target.Verify(w.t.Context(), d)
	if err != nil {
		w.t.Fatal(err)
	}
	var drift []string
	for _, d := range proof.Drift {
		drift = append(drift, d.String())
	}
	return drift
}

// tree is every file of a directory: its mode and content.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	err = filepath.WalkDir(real, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		relative, _ := filepath.Rel(real, name)
		if e.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(name)
			files[relative] = "-> " + target
			return err
		}
		content, err := os.ReadFile(name)
		info, _ := e.Info()
		files[relative] = fmt.Sprintf("%o %s", info.Mode().Perm(), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func session(t testing.TB) deploy.Session {
	return deploy.Session{Log: testLog{t}, Fence: nobody}
}

type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Logf("%s", strings.TrimSpace(string(p)))
	return len(p), nil
}
