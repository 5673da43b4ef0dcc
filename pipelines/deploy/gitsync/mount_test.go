package gitsync

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipwayhq/slipway/pipelines/config"
	"github.com/slipwayhq/slipway/pipelines/engine/enginetest"
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
			id := "slipway-gitsync-" + strings.ToLower(rand.Text()[:8])
			source := filepath.Join(filepath.Dir(w.dir), test.mount)
			start := exec.Command("docker", "run", "-d", "--rm", "--network", "none", "--name", id, "-v", source+":/m", base, "sleep", "600")
			if out, err := start.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Cleanup(func() { exec.Command("docker", "rm", "-f", id).Run() })
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
