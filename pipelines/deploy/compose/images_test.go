package compose_test

import (
	"archive/tar"
	"bytes"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"git.example/slipway/pipelines/deploy"
)

// childRegistry tells a child process where the registry is.
const childRegistry = "SLIPWAY_TEST_REGISTRY"

// image publishes an image called name for the release tag. Its /app prints,
// serves or fails as behaviour says, see appScript.
func (s *stack) image(tag, name, behaviour string) {
	s.t.Helper()
	if s.Images[tag] == nil {
		s.Images[tag] = map[string]deploy.Image{}
	}
	s.Images[tag][name] = push(s.t, s.Project+"/"+name, tag, appScript(behaviour))
}

// appScript is the program of an image. Every one of them can also migrate.
func appScript(behaviour string) string {
	serve := map[string]string{
		"ok":        "exec httpd -f -p 80 -h /www",
		"unhealthy": "rm /www/version; exec httpd -f -p 80 -h /www",
		"crash":     "echo about to crash; exit 7",
		"sleep":     "exec sleep 10000",
		"end":       "exit 0",
	}
	return "#!/bin/sh\n" +
		"case $1 in\n" +
		"migrate) printf 'migrated by %s\\n' \"$2\" >>/data/log; cat /data/log; exit 0;;\n" +
		"refuse) echo this migration fails; exit 3;;\n" +
		"hang) sleep 1000;;\n" +
		"slow) echo slow; sleep 3; echo migrated slowly >>/data/log; exit 0;;\n" +
		"esac\n" +
		"trap 'exit 0' TERM\n" + serve[behaviour] + "\n"
}

func push(t *testing.T, repository, version, app string) deploy.Image {
	t.Helper()
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(busyboxTar(t, map[string]string{"app": app, "www/version": version + "\n"}))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err == nil {
		image, err = mutate.ConfigFile(image, &v1.ConfigFile{
			OS: "linux", Architecture: "amd64", RootFS: must(image.ConfigFile()).RootFS,
			Config: v1.Config{Entrypoint: []string{"/app"}, Env: []string{"PATH=/bin"}, StopSignal: "SIGKILL"},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	reference := must(name.ParseReference(registryHost() + "/" + repository + ":" + version))
	if err := remote.Write(reference, image); err != nil {
		t.Fatal(err)
	}
	digest := must(image.Digest()).String()
	return deploy.Image{Reference: reference.Context().Name() + "@" + digest, Accepted: []string{digest}}
}

// busyboxTar is a root file system with busybox and further files.
func busyboxTar(t *testing.T, files map[string]string) []byte {
	t.Helper()
	path, err := exec.LookPath("busybox")
	if err != nil {
		t.Skip("needs busybox (package busybox-static) to make images from")
	}
	busybox, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(h tar.Header, content []byte) {
		h.Mode, h.Size = 0o755, int64(len(content))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		w.Write(content)
	}
	for _, dir := range []string{"bin/", "www/", "data/", "tmp/"} {
		add(tar.Header{Typeflag: tar.TypeDir, Name: dir}, nil)
	}
	add(tar.Header{Typeflag: tar.TypeReg, Name: "bin/busybox"}, busybox)
	for _, applet := range []string{"sh", "httpd", "wget", "sleep", "cat", "rm", "test", "true", "false"} {
		add(tar.Header{Typeflag: tar.TypeSymlink, Name: "bin/" + applet, Linkname: "busybox"}, nil)
	}
	for _, name := range []string{"app", "www/version"} {
		add(tar.Header{Typeflag: tar.TypeReg, Name: name}, []byte(files[name]))
	}
	w.Close()
	return b.Bytes()
}

// standIn is an image that this machine has and no registry.
const standIn = "slipway-test/busybox:1"

var standInOnce sync.Once

func importStandIn(t *testing.T) {
	t.Helper()
	if exec.Command("docker", "image", "inspect", standIn).Run() == nil {
		return
	}
	cmd := exec.Command("docker", "import", "-", standIn)
	cmd.Stdin = bytes.NewReader(busyboxTar(t, nil))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("importing %s: %v\n%s", standIn, err, out)
	}
}

// registryHost is the address of an in-memory registry on loopback, which
// Docker takes without TLS.
var registryHost = sync.OnceValue(func() string {
	if host, ok := os.LookupEnv(childRegistry); ok {
		return host
	}
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	return strings.TrimPrefix(server.URL, "http://")
})

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
