package gitsync

import (
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine/enginetest"
)

// A container that mounts the folder itself sees every release, without a restart.
func TestContainerThatMountsTheFolder(t *testing.T) {
	if out, err := exec.Command("docker", "version").CombinedOutput(); err != nil {
		t.Skipf("no Docker engine answers: %v\n%s", err, out)
	}
	_, base := enginetest.Base(t)
	for name, test := range map[string]struct {
		// first says that a release is there before the container.
		first bool
		// mount is what the container mounts, in $ROOT, and where it finds the files.
		mount, in string
		want      string
	}{
		"folder before the container": {first: true, mount: "dags", in: "/m", want: "in place"},
		"container before the folder": {first: false, mount: "dags", in: "/m", want: "in place"},
		"what is in the folder":       {first: true, mount: "dags/sub", in: "/m", want: "in place"},
		"the parent":                  {first: true, mount: "", in: "/m/dags", want: "by a link"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.dir = filepath.Join(t.TempDir(), "dags")
			w.use(w.repo, config.SwitchAuto)
			one := w.desired(w.commit(map[string]string{"dags/a.py": "1", "dags/sub/b.py": "1"}))
			two := w.desired(w.commit(map[string]string{"dags/a.py": "2", "dags/sub/b.py": "2"}))
			if test.first {
				w.deploy(one)
			}
			id := mounting(t, base, filepath.Join(filepath.Dir(w.dir), test.mount))
			for _, d := range []struct {
				desired int
				content string
			}{{2, "2"}, {1, "1"}, {2, "2"}} {
				desired := one
				if d.desired == 2 {
					desired = two
				}
				p := w.deploy(desired)
				if note := p.Changes[len(p.Changes)-1].Note; !strings.Contains(note, test.want) {
					t.Errorf("note: %q, want %q in it", note, test.want)
				}
				file := test.in + "/a.py"
				if test.mount == "dags/sub" {
					file = test.in + "/b.py"
				}
				out, err := exec.Command("docker", "exec", id, "cat", file).CombinedOutput()
				if err != nil || string(out) != d.content {
					t.Errorf("the container sees %q (%v), want %q", out, err, d.content)
				}
			}
		})
	}
}

// mounting starts a container that has source as /m.
func mounting(t *testing.T, base, source string) string {
	t.Helper()
	id := "slipway-gitsync-" + strings.ToLower(rand.Text()[:8])
	start := exec.Command("docker", "run", "-d", "--rm", "--network", "none", "--name", id, "-v", source+":/m", base, "sleep", "600")
	if out, err := start.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() { exec.Command("docker", "rm", "-f", id).Run() })
	return id
}

// A container that a target before this one starts, when the plan has been made,
// sees the release: the very first one, and when a link is there already.
func TestContainerSincePlan(t *testing.T) {
	if out, err := exec.Command("docker", "version").CombinedOutput(); err != nil {
		t.Skipf("no Docker engine answers: %v\n%s", err, out)
	}
	_, base := enginetest.Base(t)
	for name, linked := range map[string]bool{"first release": false, "after a link": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.dir = filepath.Join(t.TempDir(), "dags")
			w.use(w.repo, config.SwitchAuto)
			if linked {
				w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "0"})))
			}
			d := w.desired(w.commit(map[string]string{"dags/a.py": "1"}))
			if err := w.target.Pull(t.Context(), d, io.Discard); err != nil {
				t.Fatal(err)
			}
			p, err := w.plan(d)
			if err != nil {
				t.Fatal(err)
			}
			id := mounting(t, base, w.dir)
			sees := func(want string) {
				t.Helper()
				if out, err := exec.Command("docker", "exec", id, "cat", "/m/a.py").CombinedOutput(); err != nil || string(out) != want {
					t.Errorf("the container sees %q (%v), want %q", out, err, want)
				}
			}
			if err := w.target.Apply(t.Context(), d, p, session(t)); err != nil {
				t.Fatal(err)
			}
			sees("1")
			if drift := w.verify(d); len(drift) > 0 {
				t.Errorf("drift: %v", drift)
			}
			w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "2"})))
			sees("2")
		})
	}
}

// Who wants a link gets one, from a directory that was changed in place, too.
func TestFromInPlaceToLink(t *testing.T) {
	w := newWorld(t)
	w.use(w.repo, config.SwitchInPlace)
	d := w.desired(w.commit(map[string]string{"dags/a.py": "1"}))
	w.deploy(d)
	w.use(w.repo, config.SwitchLink)
	w.deploy(d)
	if info, err := os.Lstat(w.dir); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("no link: %v, %v", info, err)
	}
	w.use(w.repo, config.SwitchInPlace)
	w.deploy(d)
	d = w.desired(w.commit(map[string]string{"dags/a.py": "2"}))
	w.deploy(d)
	if diff := cmp.Diff(map[string]string{"a.py": "644 2"}, tree(t, w.dir)); diff != "" {
		t.Error(diff)
	}
}
