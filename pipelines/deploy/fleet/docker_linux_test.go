package fleet_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipwayhq/slipway/internal/longtest"
	"github.com/slipwayhq/slipway/internal/sshtest"
	"github.com/slipwayhq/slipway/pipelines/deploy"
)

// engine is a Docker of its own, which a test can restart.
type engine struct {
	t       *testing.T
	dir     string
	command *exec.Cmd
}

func (e *engine) socket() string { return "unix://" + filepath.Join(e.dir, "docker.sock") }

// newEngine starts a Docker that shares nothing with the machine's own one.
func newEngine(t *testing.T) *engine {
	t.Helper()
	path, err := exec.LookPath("dockerd")
	if err != nil || os.Getuid() != 0 {
		t.Skip("needs to start a dockerd of its own, as root")
	}
	if exec.Command("ip", "link", "show", "docker0").Run() == nil {
		t.Skip("a second dockerd removes the bridge docker0 of the machine's own one")
	}
	dir, err := os.MkdirTemp("", "dockerd") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{t: t, dir: dir}
	t.Cleanup(func() {
		e.stop()
		exec.Command("sh", "-c", `grep -o "`+dir+`[^ ]*" /proc/mounts | sort -r | xargs -r umount -l`).Run()
		os.RemoveAll(dir)
	})
	e.command = exec.Command(path)
	if err := e.start(); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Skipf("a dockerd of its own does not run here: %v\n%.2000s", err, log)
	}
	return e
}

func (e *engine) start() error {
	log, err := os.OpenFile(filepath.Join(e.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	e.command = exec.Command(e.command.Path, "--data-root", e.dir+"/data", "--exec-root", e.dir+"/exec", "--pidfile", e.dir+"/pid",
		"-H", e.socket(), "--iptables=false", "--ip-masq=false", "--bridge=none", "--shutdown-timeout", "3")
	e.command.Stdout, e.command.Stderr = log, log
	if err := e.command.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if err = exec.Command("docker", "-H", e.socket(), "info").Run(); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

func (e *engine) stop() {
	e.command.Process.Signal(syscall.SIGTERM)
	e.command.Wait()
}

// Docker of one host restarts during its turn: whatever comes of this deploy,
// the fleet is consistent, and the next one works.
func TestDockerRestarted(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	e := newEngine(t)
	r := newCluster(t, 2)
	r.File = strings.Replace(stackFile, "  web:", "  web:\n    network_mode: none\n    restart: unless-stopped", 1)
	r.replaceServer(1, sshtest.Config{Lines: []string{"SetEnv DOCKER_HOST=" + e.socket()}})
	r.engines = map[int]string{1: e.socket()}
	r.release("1", "2", "3")
	r.mustDeploy("1")
	if got, want := r.serving(), []string{"1", "1"}; !cmp.Equal(got, want) {
		t.Fatalf("running: %q, want %q", got, want)
	}
	for tag, text := range map[string]string{"2": "app2 | web: starting", "3": "app2 | web: healthy"} {
		began := time.Now()
		r.reports = &when{text: text, do: func() {
			e.stop()
			if err := e.start(); err != nil {
				t.Error(err)
			}
		}}
		before := r.serving()[0]
		_, err := r.deploy(tag)
		t.Logf("restarted at %q, %s: %v", text, time.Since(began).Round(time.Second), err)
		if last := r.outcomes()[len(r.outcomes())-1]; (err == nil) != (last == tag+" "+string(deploy.OutcomeDeployed)) {
			t.Errorf("history ends with %s after %v", last, err)
		}
		if err != nil {
			r.wantOne(before)
		}
		r.reports = &when{text: "\x00"}
		r.mustDeploy(tag)
		r.wantOne(tag)
	}
}
