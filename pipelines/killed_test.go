package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/crane"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/release"
)

const twoImages = `version: 1
project: shop
checks:
  unit: {build: {context: api}, run: [sh, -c, "test -f /app/main"]}
images:
  api: {context: api}
  web: {context: web}
registries:
  main: {oci: {host: REGISTRY}}
`

// TestMain runs as the child of TestPublishKilled when it is asked to.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SLIPWAY_TEST_PUBLISH"); dir != "" {
		os.Exit(publishIn(dir, os.Getenv("SLIPWAY_TEST_BUILD")))
	}
	os.Exit(m.Run())
}

// TestPublishKilled kills a publish with SIGKILL at each manifest that it
// writes, before and after it is stored, and runs it again.
func TestPublishKilled(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	files := map[string]string{
		"slipway.yaml":   twoImages,
		"api/Dockerfile": "FROM BASE\nCOPY . /app\n", "web/Dockerfile": "FROM BASE\nCOPY . /web\n",
		"api/main": "0", "web/main": "0",
	}
	dir := repository(t, w, files)
	publish(t, open(t, dir, "0", nil, nil))
	writes := len(w.manifests)
	if writes < 8 {
		t.Fatalf("a publish of two images wrote just %v", w.manifests)
	}
	for at := 1; at <= writes; at++ {
		t.Run(fmt.Sprintf("write %d of %d", at, writes), func(t *testing.T) {
			commit(t, dir, map[string]string{"api/main": fmt.Sprint("a", at), "web/main": fmt.Sprint("w", at)})
			build := fmt.Sprint(at)
			killAt(t, w, dir, build, at)
			w.mu.Lock()
			w.onManifest = nil
			w.mu.Unlock()

			published := publish(t, open(t, dir, build, nil, nil))
			again := publish(t, open(t, dir, build, nil, nil))
			if diff := cmp.Diff(digests(published), digests(again)); diff != "" || !again.Existed {
				t.Errorf("publishing once more: existed %v, digests:\n%s", again.Existed, diff)
			}
			for _, image := range published.Images {
				if stored, err := crane.Digest(image.Reference); err != nil || stored != image.Digest {
					t.Errorf("%s is %s in the registry (%v), want %s", image.Reference, stored, err, image.Digest)
				}
			}
		})
	}
}

// killAt runs a publish in a process of its own and kills it when it writes its
// manifest number "at".
func killAt(t *testing.T, w *wire, dir, build string, at int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), "SLIPWAY_TEST_PUBLISH="+dir, "SLIPWAY_TEST_BUILD="+build)
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	started, ended := make(chan int, 1), make(chan struct{})
	seen := 0
	w.mu.Lock()
	w.onManifest = func(string) {
		w.mu.Lock()
		seen++
		now := seen == at
		w.mu.Unlock()
		if now {
			pid := <-started
			_ = syscall.Kill(-pid, syscall.SIGKILL) // ended already: the test below tells
			<-ended                                 // the child never sees the answer
		}
	}
	w.mu.Unlock()
	var out strings.Builder
	child.Stdout, child.Stderr = &out, &out
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	started <- child.Process.Pid
	err = child.Wait()
	close(ended)
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Fatalf("the publish was not killed at write %d: %v\n%s", at, err, out.String())
	}
}

// publishIn is the child's whole work.
func publishIn(dir, build string) int {
	ctx := context.Background()
	p, err := pipelines.Open(ctx, pipelines.Options{
		Dir: dir, Engine: pipelines.DockerEngine, Lookup: os.LookupEnv, Overrides: release.Overrides{Build: build},
	})
	if err == nil {
		_, err = p.Publish(ctx, pipelines.PublishOptions{})
		err = errors.Join(err, p.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
