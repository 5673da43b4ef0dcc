package corpus

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/crane"

	"git.example/slipway/internal/plantest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/engine/enginetest"
)

// registry serves a registry with a base image, and notes what it is asked.
func registry(t *testing.T) (noted *plantest.Calls, host, base string) {
	t.Helper()
	_, from := enginetest.Base(t)
	noted = plantest.NewCalls(registrytest.Handler())
	host = registrytest.ServeHandler(t, noted)
	base = host + "/busybox:1"
	if err := crane.Copy(from, base, crane.Insecure); err != nil {
		t.Fatal(err)
	}
	return noted, host, base
}

// dockerSocket is where this machine's Docker answers.
func dockerSocket() string {
	if path, ok := strings.CutPrefix(os.Getenv("DOCKER_HOST"), "unix://"); ok {
		return path
	}
	return "/var/run/docker.sock"
}

// overSocket reaches this machine's Docker.
var overSocket = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", dockerSocket())
}}

// watchedDocker serves this machine's Docker on a socket of its own, and notes what
// it is asked.
func watchedDocker(t *testing.T) (noted *plantest.Calls, endpoint string) {
	t.Helper()
	noted = plantest.NewCalls(&httputil.ReverseProxy{
		Transport: overSocket,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "docker"}) },
	})
	dir, err := os.MkdirTemp("", "corpus") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(noted)
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return noted, "unix://" + path
}

// dry runs slipway, which has to work, and to change nothing: Docker and the registry
// are asked for reads alone, and what they have, and every file, is as it was.
func (l *life) dry(args ...string) string {
	l.Helper()
	before := l.world()
	l.asked.Taken()
	l.docker.Taken()
	out := l.stepWith([]string{"DOCKER_HOST=" + l.endpoint, "TMPDIR=" + l.tmp}, args...)
	for what, noted := range map[string]*plantest.Calls{"the registry": l.asked, "Docker": l.docker} {
		if all, writes := noted.Taken(); all == 0 || len(writes) > 0 {
			l.Errorf("slipway %s asked %s %d times, and these are no reads: %v", strings.Join(args, " "), what, all, writes)
		}
	}
	if diff := cmp.Diff(before, l.world()); diff != "" {
		l.Errorf("slipway %s changed something (-before +after):\n%s", strings.Join(args, " "), diff)
	}
	if left := must(filepath.Glob(filepath.Join(l.tmp, "*"))); len(left) > 0 {
		l.Errorf("slipway %s left temporary files: %v", strings.Join(args, " "), left)
	}
	return out
}

// killed kills a plan at a random moment, which leaves everything as it was, too.
func (l *life) killed(build int) {
	l.Helper()
	tmp, err := os.MkdirTemp("", "corpus-killed")
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() { os.RemoveAll(tmp) }) // what it had started may go on for a moment
	before := l.world()
	l.asked.Taken()
	l.docker.Taken()
	after := time.Duration(rand.IntN(1000)) * time.Millisecond
	plan := exec.Command(l.command, "plan", "--build-number", fmt.Sprint(build))
	plan.Dir, plan.Env = l.dir, append(os.Environ(), "DOCKER_HOST="+l.endpoint, "TMPDIR="+tmp)
	if err := plan.Start(); err != nil {
		l.Fatal(err)
	}
	ended := time.AfterFunc(after, func() { plan.Process.Kill() })
	plan.Wait()
	ended.Stop()
	l.Logf("killed a plan after %s: %s", after, plan.ProcessState)
	for what, noted := range map[string]*plantest.Calls{"the registry": l.asked, "Docker": l.docker} {
		if _, writes := noted.Taken(); len(writes) > 0 {
			l.Errorf("a plan that was killed after %s asked %s for what is no read: %v", after, what, writes)
		}
	}
	if diff := cmp.Diff(before, l.world()); diff != "" {
		l.Errorf("a plan that was killed after %s changed something (-before +after):\n%s", after, diff)
	}
}
