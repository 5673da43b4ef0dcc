package fleet_test

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/ssh"
)

// server is how a child process reaches a host.
type server struct {
	Port                  int
	User, Key, KnownHosts string
}

func quick(o ssh.Options) ssh.Options {
	o.Timeout, o.Keepalive = 5*time.Second, time.Second
	return o
}

// cluster are stacks on hosts behind real sshd, each behind a proxy that can
// break the connection.
type cluster struct {
	*stacks
	servers []*sshtest.Server
	proxies []*sshtest.Proxy
	pool    *ssh.Pool
	// before is called before each operation on a host, when it is not nil.
	mu     sync.Mutex
	before func(host int, op string)
}

func newCluster(t *testing.T, n int) *cluster {
	t.Helper()
	r := &cluster{stacks: newStacks(t, n), pool: ssh.NewPool()}
	t.Cleanup(func() { r.pool.Close() })
	for range n {
		s := sshtest.Start(t, sshtest.Config{})
		r.servers = append(r.servers, s)
		r.proxies = append(r.proxies, sshtest.StartProxy(t, s))
		r.SSH = append(r.SSH, server{Port: s.Port, User: s.User, Key: s.Key, KnownHosts: s.KnownHosts})
	}
	r.dial()
	return r
}

// dial says how to reach the hosts, through their proxies.
func (r *cluster) dial() {
	options := make([]ssh.Options, len(r.proxies))
	for i, p := range r.proxies {
		options[i] = quick(p.Options())
	}
	r.connect = func(i int) deploy.Host { return watched{r.pool.Host(options[i]), r, i} }
}

// replaceServer gives a host another sshd.
func (r *cluster) replaceServer(i int, c sshtest.Config) {
	r.t.Helper()
	r.servers[i] = sshtest.Start(r.t, c)
	r.proxies[i] = sshtest.StartProxy(r.t, r.servers[i])
	r.dial()
}

// stop makes a host unreachable, and the start of it reachable again. What runs
// on it goes on.
func (r *cluster) stop(i int) { r.servers[i].Stop() }

func (r *cluster) start(i int) { r.servers[i].Restart() }

func (r *cluster) onOperation(do func(host int, op string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = do
}

// watched is a host that tells before each operation.
type watched struct {
	deploy.Host
	cluster *cluster
	i       int
}

func (w watched) tell(op string) {
	w.cluster.mu.Lock()
	before := w.cluster.before
	w.cluster.mu.Unlock()
	if before != nil {
		before(w.i, op)
	}
}

func (w watched) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	w.tell("run")
	return w.Host.Run(ctx, c, stdout, stderr)
}

func (w watched) WriteFile(ctx context.Context, path string, data []byte, mode os.FileMode) error {
	w.tell("write " + path)
	return w.Host.WriteFile(ctx, path, data, mode)
}

func (w watched) MkdirExclusive(ctx context.Context, path string) error {
	w.tell("mkdir " + path)
	return w.Host.MkdirExclusive(ctx, path)
}

func (w watched) Remove(ctx context.Context, path string) error {
	w.tell("remove " + path)
	return w.Host.Remove(ctx, path)
}

// when is a reporter that does something once, when a task's name or a line of
// its output has a text in it.
type when struct {
	text string
	do   func()
	once sync.Once
}

func (w *when) Report(e report.Event) {
	text := ""
	switch e := e.(type) {
	case report.TaskStarted:
		text = "start " + e.Name
	case report.TaskOutput:
		text = strings.Join(strings.Fields(e.Line), " ")
	}
	if text != "" && strings.Contains(text, w.text) {
		w.once.Do(w.do)
	}
}

// consistent wants one release on every host, and a history that says so.
func (r *cluster) consistent(before, tag string, err error) {
	r.t.Helper()
	outcomes := r.outcomes()
	last := outcomes[len(outcomes)-1]
	if err == nil {
		r.wantOne(tag)
		if last != tag+" deployed" {
			r.t.Errorf("%s was deployed, and the history ends with %s", tag, last)
		}
		return
	}
	r.wantOne(before)
	if strings.HasSuffix(last, " running") || last == tag+" deployed" {
		r.t.Errorf("%s was not deployed, and the history ends with %s", tag, last)
	}
}
