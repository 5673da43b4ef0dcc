package gitsync

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/ssh"
)

// cutPack is a host at which something happens when so many bytes of a pack have
// been sent.
type cutPack struct {
	deploy.Host
	after  int
	happen func()
}

func (h cutPack) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	if c.Stdin != nil && strings.Contains(strings.Join(c.Args, " "), "index-pack") {
		c.Stdin = &happening{from: c.Stdin, left: h.after, happen: h.happen}
	}
	return h.Host.Run(ctx, c, stdout, stderr)
}

type happening struct {
	from   io.Reader
	left   int
	happen func()
}

func (r *happening) Read(p []byte) (int, error) {
	if r.left <= 0 {
		if r.happen != nil {
			r.happen()
			r.happen = nil
		}
		return r.from.Read(p)
	}
	n, err := r.from.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// random is text of so many bytes that nothing makes smaller.
func random(size int) string {
	raw := make([]byte, size/2)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}

// packs are the files in the host's directory of packs.
func (w *world) packs() []string {
	entries, _ := os.ReadDir(filepath.Join(w.target.State, "repo.git/objects/pack"))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// wantWhole wants that nothing half is in the host's repository.
func (w *world) wantWhole() {
	w.t.Helper()
	repo := filepath.Join(w.target.State, "repo.git")
	for _, name := range w.packs() {
		if whole, _ := filepath.Match("pack-*.*", name); !whole {
			w.t.Errorf("left behind: objects/pack/%s", name)
		}
	}
	filepath.WalkDir(w.target.State, func(file string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(file, ".lock") || strings.Contains(filepath.Base(file), "tmp_") {
			w.t.Errorf("left behind: %s", file)
		}
		return err
	})
	if out, err := exec.Command("git", "--git-dir="+repo, "fsck", "--full", "--no-dangling").CombinedOutput(); err != nil {
		w.t.Errorf("git fsck: %v\n%s", err, out)
	}
}

// gitsOn are the processes of git on the host's repository.
func (w *world) gitsOn() []int {
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if strings.HasPrefix(string(text), "git\x00--git-dir="+w.target.State) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// A pack that is cut while it travels is gone after the next run, wherever it was
// cut and by whatever, and what was in it is never counted as there.
func TestPackIsCut(t *testing.T) {
	server := sshtest.Start(t, sshtest.Config{})
	const size = 200_000
	halves := 0
	for i, after := range []int{1, 13, 5000, size / 2, size} {
		for name, kill := range map[string]bool{"the run ends": false, "git is killed on the host": true} {
			t.Run(fmt.Sprint(name, " after ", after), func(t *testing.T) {
				w := newWorld(t)
				w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "1", "dags/big": random(1000)})))
				pool := ssh.NewPool()
				t.Cleanup(func() { pool.Close() })
				host := pool.Host(server.Options())
				if err := host.Connect(t.Context()); err != nil {
					t.Fatal(err)
				}
				next := w.desired(w.commit(map[string]string{"dags/a.py": "2", "dags/big": random(size), "dags/big2": random(size)}))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				w.target.Host = cutPack{host, after, func() {
					if !kill {
						cancel()
						pool.Close()
						return
					}
					sshtest.WaitFor(t, "git on the host", func() bool { return len(w.gitsOn()) > 0 })
					for _, pid := range w.gitsOn() {
						if p, err := os.FindProcess(pid); err == nil {
							p.Kill()
						}
					}
				}}
				if err := w.target.Pull(ctx, next, io.Discard); err == nil && !kill {
					t.Error("a pack that was cut is no error")
				}
				sshtest.WaitFor(t, "the end of git on the host", func() bool { return len(w.gitsOn()) == 0 })
				halves += len(w.packs())
				w.target.Host = deploy.LocalHost{}
				if i%2 == 0 {
					// A run that needs none of it cleans up, too.
					w.deploy(w.desired(w.commit(map[string]string{"dags/big": "", "dags/big2": ""})))
					w.wantWhole()
				}
				w.deploy(next)
				w.wantWhole()
			})
		}
	}
	if halves == 0 {
		t.Error("no pack was ever half: this test tests nothing")
	}
}

// What a machine that went down left is no obstacle, and gone after the next run.
func TestLeftoversOfOthers(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, way)
			first := w.desired(w.commit(map[string]string{"dags/a.py": "1"}))
			w.deploy(first)
			gone := exec.Command("true")
			if err := gone.Run(); err != nil {
				t.Fatal(err)
			}
			tree := "x"
			if target, err := os.Readlink(w.dir); err == nil {
				tree = filepath.Base(target)
			}
			for _, name := range []string{
				"repo.git/objects/pack/tmp_pack_Ab12Cd", "repo.git/objects/pack/tmp_idx_Ab12Cd", "repo.git/objects/pack/.tmp-123-pack-0123.pack",
				"repo.git/objects/pack/pack-0123456789012345678901234567890123456789.pack", "repo.git/objects/pack/pack-0123456789012345678901234567890123456788.keep",
				"repo.git/objects/12/tmp_obj_Ab12Cd", "repo.git/objects/incoming-Ab12Cd/pack/tmp_pack_Ab12Cd", "repo.git/objects/tmp_objdir-incoming-Ab12Cd/12/34",
				"repo.git/config.lock", "repo.git/packed-refs.lock", "repo.git/HEAD.lock", filepath.Join("repo.git", "refs", "slipway", "live.lock"),
				"repo.git/" + layerRef(w.next(map[string]string{"dags/a.py": "2"}).Sync[0]) + ".lock",
				"index/place.lock", "index/" + tree + ".lock", "index/.look." + strconv.Itoa(gone.Process.Pid),
			} {
				put(t, filepath.Join(w.target.State, name), "half")
			}
			w.deploy(w.next(nil))
			w.wantWhole()
			w.deploy(first)
			for _, name := range []string{"repo.git/objects/pack/pack-0123456789012345678901234567890123456789.pack", "repo.git/objects/incoming-Ab12Cd", "index/.look." + strconv.Itoa(gone.Process.Pid)} {
				if _, err := os.Stat(filepath.Join(w.target.State, name)); err == nil {
					t.Errorf("left behind: %s", name)
				}
			}
		})
	}
}

// What a killed run left working when the next one began is gone after that one,
// too: it looks again when it prunes, though it had nothing to change.
func TestLeftoversOfAProcessThatEndsMeanwhile(t *testing.T) {
	w := newWorld(t)
	d := w.desired(w.commit(map[string]string{"dags/a.py": "1"}))
	w.deploy(d)
	other := exec.Command("cat")
	stdin, err := other.StdinPipe()
	if err == nil {
		err = other.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	look := filepath.Join(w.target.State, "index/.look."+strconv.Itoa(other.Process.Pid))
	put(t, look, "half")
	w.deploy(d)
	if _, err := os.Stat(look); err != nil {
		t.Errorf("taken from a process that lives: %v", err)
	}
	if err := errors.Join(stdin.Close(), other.Wait()); err != nil {
		t.Fatal(err)
	}
	if err := w.target.Prune(t.Context(), nil, []deploy.Desired{d}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(look); err == nil {
		t.Errorf("left behind: %s", look)
	}
}

// next is what the target is to have of a new commit with files, or of the last
// one when there are none.
func (w *world) next(files map[string]string) deploy.Desired {
	w.t.Helper()
	if files != nil {
		w.commit(files)
	}
	return w.desired(w.git("rev-parse", "HEAD"))
}

// Nothing is taken from a git that works: another deploy may be sending its pack.
func TestNothingIsTakenFromAGitThatWorks(t *testing.T) {
	w := newWorld(t)
	w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "1"})))
	half := filepath.Join(w.target.State, "repo.git/objects/pack/tmp_pack_Ab12Cd")
	put(t, half, "half")
	other := exec.Command("git", "--git-dir="+w.target.State+"/repo.git", "cat-file", "--batch-check")
	stdin, err := other.StdinPipe()
	if err == nil {
		err = other.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "2"})))
	if _, err := os.Stat(half); err != nil {
		t.Errorf("taken from a git that works: %v", err)
	}
	if err := errors.Join(stdin.Close(), other.Wait()); err != nil {
		t.Fatal(err)
	}
	w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "3"})))
	w.wantWhole()
}

// How git is set up on the host, and by whom, does not matter.
func TestSettingsOfTheHost(t *testing.T) {
	home := t.TempDir()
	put(t, filepath.Join(home, ".gitconfig"), "[broken\n")
	for name, settings := range map[string][]string{
		"a broken configuration": {"HOME=" + home},
		"another configuration":  {"GIT_CONFIG_GLOBAL=" + filepath.Join(home, ".gitconfig")},
		"settings as variables":  {"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.autocrlf", "GIT_CONFIG_VALUE_0=input"},
		"other places":           {"GIT_OBJECT_DIRECTORY=" + filepath.Join(home, "objects"), "GIT_INDEX_FILE=" + filepath.Join(home, "index"), "GIT_DIR=/nowhere"},
		"other forms":            {"GIT_DEFAULT_HASH=sha256", "GIT_DEFAULT_REF_FORMAT=reftable", "GIT_LITERAL_PATHSPECS=1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, config.SwitchLink)
			one := w.desired(w.commit(map[string]string{"dags/a.py": "1\r\n", "dags/b": "$Id$\n"}))
			two := w.desired(w.commit(map[string]string{"dags/c": name}))
			w.target.Host = withEnv{deploy.LocalHost{}, settings}
			w.deploy(two)
			if got := tree(t, w.dir); got["a.py"] != "644 1\r\n" || got["c"] != "644 "+name {
				t.Errorf("%q", got)
			}
			w.deploy(one)
			w.wantWhole()
		})
	}
}

// withEnv is a host with more variables in the environment of its programs.
type withEnv struct {
	deploy.Host
	settings []string
}

func (h withEnv) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	c.Args = slices.Concat([]string{"env"}, h.settings, c.Args)
	return h.Host.Run(ctx, c, stdout, stderr)
}

// as is a host that is entered as a user without rights.
type as struct{ deploy.Host }

func (h as) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	c.Args = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, c.Args...)
	return h.Host.Run(ctx, c, stdout, stderr)
}

// What another user deployed is no riddle of git's: setup and deploy say whose it
// is, and what to do. Git itself asks for no safe.directory.
func TestRepositoryOfAnotherUser(t *testing.T) {
	if _, err := exec.LookPath("setpriv"); err != nil || os.Getuid() != 0 {
		t.Skip("only root can become another user, with setpriv")
	}
	w := newWorld(t)
	root, err := os.MkdirTemp("", "other") // t.TempDir is in a directory that others can't enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	w.dir = filepath.Join(root, "dags")
	w.use(w.repo, config.SwitchLink)
	if err := os.Chmod(root, 0o777); err != nil {
		t.Fatal(err)
	}
	w.deploy(w.desired(w.commit(map[string]string{"dags/a.py": "1"})))
	w.target.Host = as{deploy.LocalHost{}}
	d := w.desired(w.commit(map[string]string{"dags/a.py": "2"}))
	if _, err := w.try(d); err == nil || !strings.Contains(err.Error(), "belongs to root") || !strings.Contains(err.Error(), "sudo chown -R nobody ") {
		t.Errorf("got %v", err)
	}
	_, advice, err := w.target.rehearseWritable(t.Context())
	if err == nil || !strings.Contains(err.Error(), "belongs to root") || !strings.Contains(advice, "sudo chown -R nobody ") {
		t.Errorf("setup: %v; %s", err, advice)
	}
	if out, err := exec.Command("chmod", "-R", "a+rwX", root).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	if _, _, err := w.target.rehearseWritable(t.Context()); err != nil {
		t.Errorf("setup: %v", err)
	}
	w.deploy(d)
}
