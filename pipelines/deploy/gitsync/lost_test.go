package gitsync

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/ssh"
)

// told is a host that tells before it runs a program.
type told struct {
	deploy.Host
	before func()
}

func (h told) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	h.before()
	return h.Host.Run(ctx, c, stdout, stderr)
}

// The connection to the host is cut in each of the steps, early and late: the
// release gets there all the same, by a new connection.
func TestConnectionCutAtEachStep(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t)
			w.use(w.repo, way)
			proxy := sshtest.StartProxy(t, sshtest.Start(t, sshtest.Config{}))
			pool := ssh.NewPool()
			t.Cleanup(func() { pool.Close() })
			host := pool.Host(proxy.Options())
			if err := host.Connect(t.Context()); err != nil {
				t.Fatal(err)
			}
			count, at, delay, cuts := 0, 0, time.Duration(0), 0
			w.target.Host = told{host, func() {
				if count++; count == at {
					cuts++
					time.AfterFunc(delay, proxy.Cut)
				}
			}}
			put(t, filepath.Join(w.dir, "old.py"), "old")
			for at = 1; ; at++ {
				count, delay = 0, time.Duration(at*5)*time.Millisecond
				d := w.desired(w.commit(map[string]string{"dags/a.py": delay.String(), "dags/sub/b.py": delay.String()}))
				w.deploy(d)
				if diff := cmp.Diff(map[string]string{"a.py": "644 " + delay.String(), "sub/b.py": "644 " + delay.String()}, tree(t, w.dir)); diff != "" {
					t.Fatalf("cut in step %d: %s", at, diff)
				}
				if count < at {
					break
				}
			}
			if cuts < 5 {
				t.Errorf("cut %d times only", cuts)
			}
		})
	}
}
