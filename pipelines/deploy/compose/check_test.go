package compose

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/deploy"
)

// What a host lacks is found, with what to do about it. Its docker is a script
// that says what the real one says there.
func TestCheckSaysWhatToDo(t *testing.T) {
	const good = "case $1 in version) echo 28.1.1;; compose) echo 2.40.3;; info) echo /var/lib/docker;; esac"
	tests := map[string]struct {
		docker string // the program; none when empty
		dir    string
		df     string // what df says; the real one when empty
		want   map[string]string
	}{
		"all is there": {docker: good, want: map[string]string{}},
		"no Docker":    {want: map[string]string{"docker": "install Docker", "compose": "install Docker's compose plugin"}},
		"not allowed": {
			docker: "echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1",
			want:   map[string]string{"docker": "usermod -aG docker", "compose": "compose plugin"},
		},
		"not started": {
			docker: "case $1 in compose) echo 2.40.3;; *) echo 'Cannot connect to the Docker daemon. Is the docker daemon running?' >&2; exit 1;; esac",
			want:   map[string]string{"docker": "systemctl enable --now docker"},
		},
		"no compose":     {docker: "case $1 in version) echo 28.1.1;; *) echo \"docker: 'compose' is not a docker command\" >&2; exit 1;; esac", want: map[string]string{"compose": "compose plugin, 2.24 or newer"}},
		"old compose":    {docker: strings.Replace(good, "2.40.3", "v2.5.0", 1), want: map[string]string{"compose": "compose plugin, 2.24 or newer"}},
		"not ours":       {docker: good, dir: "/dev/null/it's ours", want: map[string]string{"directory": `sudo mkdir -p '/dev/null/it'\''s ours' && sudo chown USER`}},
		"a full disk":    {docker: good, df: "echo; echo / 1 1 1024", want: map[string]string{"disk": "docker image prune", "images": "docker image prune"}},
		"an odd df":      {docker: good, df: "echo no", want: map[string]string{"disk": "make room", "images": "make room"}},
		"a newer Docker": {docker: strings.Replace(good, "2.40.3", "5.0.0-desktop.1", 1), want: map[string]string{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bin := t.TempDir()
			for _, program := range []string{"sh", "tr", "dirname", "awk", "df"} {
				path, err := exec.LookPath(program)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(path, filepath.Join(bin, program)); err != nil {
					t.Fatal(err)
				}
			}
			df := test.df
			if df == "" {
				df = "echo; echo / 1 1 99999999"
			}
			for program, text := range map[string]string{"docker": test.docker, "df": df} {
				if text == "" {
					continue
				}
				os.Remove(filepath.Join(bin, program))
				if err := os.WriteFile(filepath.Join(bin, program), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			dir := test.dir
			if dir == "" {
				dir = filepath.Join(t.TempDir(), "not", "made yet")
			}
			t.Setenv("PATH", bin)
			found, err := New(Options{Name: "web", Host: deploy.LocalHost{}, Dir: dir}).Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if advice, bad := test.want[f.Subject]; bad == f.OK || !strings.Contains(f.Advice, advice) || f.Target != "web" {
					t.Errorf("%+v, want the advice %q", f, advice)
				}
			}
			if len(found) < 4 {
				t.Errorf("found only %+v", found)
			}
		})
	}
}
