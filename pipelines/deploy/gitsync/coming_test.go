package gitsync

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// A plan that is made before the host has the release's files says what the one says
// that a deploy makes once they are there, and changes nothing.
func TestPlanBeforeTheFilesAreThere(t *testing.T) {
	for name, test := range map[string]struct {
		// there readies the host.
		there func(*testing.T, *world)
		// in a clone without the commits before.
		shallow bool
		// want is in the plan: a change, and what it notes.
		want, note string
	}{
		"nothing is there":      {there: func(*testing.T, *world) {}, want: "start", note: "switched by a link"},
		"an empty directory is": {there: func(t *testing.T, w *world) { mkdir(t, w.dir) }, want: "replace", note: "switched by a link"},
		"what nobody released":  {there: func(t *testing.T, w *world) { put(t, filepath.Join(w.dir, "own.py"), "x") }, want: "adopt-stack", note: "what is there now is kept"},
		"a link to what nobody released": {there: func(t *testing.T, w *world) {
			put(t, filepath.Join(filepath.Dir(w.dir), "other", "own.py"), "x")
			if err := os.Symlink("other", w.dir); err != nil {
				t.Fatal(err)
			}
		}, want: "adopt-stack", note: "what is there now is kept"},
		"a release":                      {there: released, want: "replace", note: "4 files differ (M a.py, D gone.py, M mode.py, A sub/new.py), switched"},
		"a release, and a shallow clone": {there: released, shallow: true, want: "replace", note: "4 files differ (M a.py, D gone.py, M mode.py, A sub/new.py), switched"},
		"a release, edited by hand": {there: func(t *testing.T, w *world) {
			released(t, w)
			put(t, filepath.Join(w.dir, "a.py"), "by hand")
		}, want: "replace", note: "4 files differ"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			mkdir(t, filepath.Dir(w.dir))
			w.commit(map[string]string{"dags/a.py": "1", "dags/same.py": "same", "dags/gone.py": "x", "dags/mode.py": "x"})
			test.there(t, w)
			if err := os.Chmod(filepath.Join(w.repo, "dags", "mode.py"), 0o755); err != nil {
				t.Fatal(err)
			}
			d := w.desired(w.commit(map[string]string{"dags/a.py": "2", "dags/gone.py": "", "dags/sub/new.py": "n"}))
			if test.shallow {
				shallow := filepath.Join(t.TempDir(), "ci")
				if out, err := exec.Command("git", "clone", "-q", "--depth=1", "file://"+w.repo, shallow).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				w.use(shallow, config.SwitchLink)
			}
			host := filepath.Dir(w.dir)
			before := tree(t, host)
			early, err := w.plan(d)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, tree(t, host)); diff != "" {
				t.Errorf("the plan changed the host (-before +after):\n%s", diff)
			}
			if c := early.Changes[0]; string(c.Kind) != test.want || !strings.Contains(c.Note, test.note) {
				t.Errorf("planned %+v, want %s with %q", c, test.want, test.note)
			}
			applied := w.deploy(d)
			if diff := cmp.Diff(text(early), text(applied)); diff != "" {
				t.Errorf("the deploy applied another plan (-before +deploy):\n%s", diff)
			}
		})
	}
}

// released brings the repository's files to the host.
func released(t *testing.T, w *world) { w.deploy(w.desired(w.git("rev-parse", "HEAD"))) }

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// text is a plan whose actions can be read.
func text(p deploy.Plan) any {
	actions := string(p.Actions)
	p.Actions = nil
	return struct {
		Plan    deploy.Plan
		Actions string
	}{p, actions}
}

// A plan that was saved before the host had the files is applied once it has them,
// and is nothing without them.
func TestApplyWithoutTheFiles(t *testing.T) {
	w := newWorld(t)
	w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "1"})))
	d := w.desired(w.commit(map[string]string{"dags/a.py": "2"}))
	p, err := w.plan(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.target.Apply(t.Context(), d, p, session(t)); err == nil || !strings.Contains(err.Error(), "the host does not have commit "+short(d.Release.Commit)+"; deploy again") {
		t.Errorf("error: %v", err)
	}
	if got := tree(t, w.dir)["a.py"]; got != "644 1" {
		t.Errorf("a.py is %q", got)
	}
	if err := w.target.Pull(t.Context(), d, t.Output()); err != nil {
		t.Fatal(err)
	}
	if err := w.target.Apply(t.Context(), d, p, session(t)); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, w.dir)["a.py"]; got != "644 2" {
		t.Errorf("a.py is %q", got)
	}
}
