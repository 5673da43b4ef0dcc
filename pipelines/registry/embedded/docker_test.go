package embedded_test

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/registry/embedded"
)

func docker(t *testing.T, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("docker", args...)
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func needDocker(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("docker", "version", "--format", "{{.Server.Version}}").CombinedOutput(); err != nil {
		t.Skipf("Docker does not answer: %s", out)
	}
}

// dockerImage gives Docker an image of one file of random bytes.
func dockerImage(t *testing.T, reference string, size int) {
	t.Helper()
	content := make([]byte, size)
	_, _ = rand.Read(content)
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	if err := w.WriteHeader(&tar.Header{Name: "content", Mode: 0o644, Size: int64(size)}); err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(content)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	docker(t, layer.Bytes(), "import", "-", reference)
	t.Cleanup(func() { _ = exec.Command("docker", "rmi", "-f", reference).Run() })
}

// Docker pushes and pulls, also when the command that serves ends in between.
func TestDockerPushAndPull(t *testing.T) {
	needDocker(t)
	address, dir := freeAddress(t), t.TempDir()
	reference := address + "/slipway-embedded/pushed:1"
	dockerImage(t, reference, 8<<20)

	first := startProcess(t, address, dir)
	second := startProcess(t, address, dir)
	pushed := make(chan struct{})
	var ended time.Time
	go func() {
		defer close(pushed)
		waittest.Within(time.Minute, func() bool { // until the push has begun
			_, err := os.Stat(filepath.Join(dir, "docker/registry/v2/repositories/slipway-embedded/pushed/_uploads"))
			return err == nil
		})
		first.end()
		ended = time.Now()
	}()
	docker(t, nil, "push", reference)
	t.Logf("the push ended %s after the first command", time.Since(ended))
	<-pushed

	digest := resolve(t, reference)
	docker(t, nil, "rmi", "-f", reference)
	docker(t, nil, "pull", reference)
	if got := docker(t, nil, "image", "inspect", "--format", "{{join .RepoDigests \" \"}}", reference); !strings.Contains(got, digest) {
		t.Errorf("pulled %s, want %s", got, digest)
	}
	second.end()
	server := serve(t, embedded.Options{Address: address, Dir: dir})
	docker(t, nil, "pull", server.Address()+"/slipway-embedded/pushed@"+digest)
	t.Cleanup(func() {
		_ = exec.Command("docker", "rmi", "-f", server.Address()+"/slipway-embedded/pushed@"+digest).Run()
	})
}
