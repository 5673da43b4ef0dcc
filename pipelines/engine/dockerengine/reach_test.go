package dockerengine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/pipelines/engine"
)

// What a push will end with is known before the build, once for a registry.
func TestPushThatCantBe(t *testing.T) {
	const authority = "Error response from daemon: Get https://r.example:5000/v2/: x509: certificate signed by unknown authority"
	for name, test := range map[string]struct {
		push  engine.Push
		with  backend
		says  string
		want  string
		calls int
	}{
		"an authority that the daemon does not know": {engine.Push{Repository: "r.example:5000/a"}, localBackend, authority, "certs.d/r.example:5000/ca.crt", 1},
		"an authority that a builder does not know":  {engine.Push{Repository: "r.example:5000/a"}, backend{driver: "remote"}, authority, "driver remote", 1},
		"a daemon that insists on TLS":               {engine.Push{Repository: "r.example:5000/a", Insecure: true}, localBackend, "http: server gave HTTP response to HTTPS client", "insecure-registries", 1},
		"no such image":                              {engine.Push{Repository: "r.example:5000/a"}, localBackend, "manifest unknown", "", 1},
		"Amazon ECR":                                 {engine.Push{Repository: "1.dkr.ecr.eu-west-1.amazonaws.com/a"}, localBackend, authority, "", 0},
		"this machine":                               {engine.Push{Repository: "127.0.0.1:5000/a"}, localBackend, authority, "", 0},
		"Docker Hub":                                 {engine.Push{Repository: "docker.io/acme/a"}, localBackend, authority, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			calls := filepath.Join(t.TempDir(), "calls")
			r := &reach{cli: cli{script(t, fmt.Sprintf("echo called >> %s; echo %q >&2; exit 1", calls, test.says))}}
			for range 2 {
				err := r.check(t.Context(), test.push, test.with)
				if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want %q", err, test.want)
				}
			}
			called, _ := os.ReadFile(calls)
			if got := strings.Count(string(called), "called"); got != test.calls {
				t.Errorf("docker was called %d times, want %d", got, test.calls)
			}
		})
	}
}

// A daemon that hangs is no reason to wait for ever for an image that it may have.
func TestLocalDigestOfADaemonThatHangs(t *testing.T) {
	hangs := script(t, `case "$1 $2" in "info "*) echo '{"error":null,"status":[]}';; "buildx inspect") echo "Driver: docker";; *) exec sleep 30;; esac`)
	e := New(Options{Program: hangs, Dir: filepath.Join(t.TempDir(), "s"), Answer: 2 * time.Second})
	start := time.Now()
	_, _, err := e.LocalDigest(t.Context(), "base:1")
	if err == nil || !strings.Contains(err.Error(), "no answer within 2s") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
