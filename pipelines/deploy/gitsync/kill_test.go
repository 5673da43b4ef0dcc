package gitsync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
)

// cutHost is this machine, on which scripts die at their nth command: the shell
// is killed there, as when the machine goes down.
type cutHost struct {
	deploy.LocalHost
	after int
}

var errCut = errors.New("cut")

func (h *cutHost) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	if len(c.Args) < 2 || c.Args[1] != "-s" {
		return h.LocalHost.Run(ctx, c, stdout, stderr)
	}
	text, err := io.ReadAll(c.Stdin)
	if err != nil {
		return err
	}
	c.Stdin = strings.NewReader(cut(string(text), h.after))
	if err := h.LocalHost.Run(ctx, c, stdout, stderr); err != nil {
		return errors.Join(errCut, err)
	}
	return nil
}

// cut makes every program that changes something count, and kills the shell
// before number n. Counted programs are wrapped by functions of the shell.
func cut(script string, n int) string {
	counting := fmt.Sprintf(`left=%d
count() { left=$((left - 1)); [ $left -gt 0 ] || kill -9 $$; "$@"; }
`, n)
	for _, program := range []string{"mv", "ln", "rm", "mkdir", "git", "rmdir", "cp"} {
		counting += program + "() { count command " + program + " \"$@\"; }\n"
	}
	return strings.Replace(script, "{\nset -e\n", "{\nset -e\n"+counting, 1)
}

func TestKilledAtEachStep(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, way)
			put(t, filepath.Join(w.dir, "old.py"), "old")
			one := w.desired(w.commit(map[string]string{"dags/a.py": "1", "dags/gone.py": "1", "dags/sub/b.py": "1", "dags/kind": "file"}))
			w.commit(map[string]string{"dags/a.py": "2", "dags/gone.py": "", "dags/sub/b.py": "2", "dags/kind": ""})
			two := w.desired(w.commit(map[string]string{"dags/kind/file": "2"}))
			want := map[string]string{"a.py": "644 2", "sub/b.py": "644 2", "kind/file": "644 2"}
			w.deploy(one)
			if err := w.target.Pull(t.Context(), two, io.Discard); err != nil {
				t.Fatal(err)
			}
			killed := 0
			for n := 1; ; n += 1 + n/6 {
				p, err := w.plan(two)
				if err != nil {
					t.Fatal(err)
				}
				w.target.Host = &cutHost{after: n}
				err = w.target.Apply(t.Context(), two, p, session(t))
				w.target.Host = deploy.LocalHost{}
				if err == nil {
					break
				}
				if !errors.Is(err, errCut) {
					t.Fatalf("step %d: %v", n, err)
				}
				killed++
				// Readers still have whole files, of one release or the other.
				if content, err := os.ReadFile(filepath.Join(w.dir, "a.py")); err != nil || string(content) != "1" && string(content) != "2" {
					t.Errorf("step %d: a.py has %q, %v", n, content, err)
				}
				w.deploy(two)
				if diff := cmp.Diff(want, tree(t, w.dir)); diff != "" {
					t.Errorf("step %d: %s", n, diff)
				}
				w.deploy(one)
			}
			if killed < 6 {
				t.Errorf("killed at %d steps only", killed)
			}
			if left, _ := filepath.Glob(filepath.Join(w.target.State, "stage.*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			w.deploy(one)
			if _, err := w.apply(deploy.Desired{}); err != nil {
				t.Fatal(err)
			}
			if got := tree(t, w.dir)["old.py"]; got != "644 old" {
				t.Errorf("what was there before: %q", got)
			}
		})
	}
}
