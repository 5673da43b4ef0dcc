package embedded_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"golang.org/x/sys/unix"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/registry/embedded"
)

// smallDisk mounts a file system of that size.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("mounting a small file system: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func TestDiskFull(t *testing.T) {
	server := serve(t, embedded.Options{Address: anyPort, Dir: smallDisk(t, "3m")})
	source := serve(t, embedded.Options{Address: anyPort, Dir: t.TempDir()})
	image, err := random.Image(2<<20, 3)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(source.Address() + "/shop/api:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		t.Fatal(err)
	}
	digest, _ := image.Digest()

	start := time.Now()
	c := registry.New(registry.Options{})
	err = c.Copy(t.Context(), source.Address()+"/shop/api@"+digest.String(), server.Address()+"/shop/api")
	if !errors.Is(err, registry.ErrNoSpace) || !strings.Contains(err.Error(), "registry "+server.Address()+" has no space left (denied: no space left on device in ") {
		t.Errorf("copying: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	a := registry.Artifact{Type: "application/vnd.test", Files: map[string][]byte{"a": []byte("a")}}
	if _, _, err = c.PutArtifact(t.Context(), server.Address()+"/shop/api", "a", a); err != nil && !errors.Is(err, registry.ErrNoSpace) {
		t.Errorf("writing an artifact: %v", err)
	}
}

func TestDockerPushToAFullDisk(t *testing.T) {
	needDocker(t)
	server := serve(t, embedded.Options{Address: anyPort, Dir: smallDisk(t, "1m")})
	reference := server.Address() + "/slipway-embedded/full:1"
	dockerImage(t, reference, 4<<20)
	out, err := exec.Command("docker", "push", reference).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "no space left on device") {
		t.Errorf("pushing: %v: %s", err, out)
	}
}
