package deploytest

import (
	"archive/tar"
	"bytes"
	"io"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/deploy"
)

// registryVariable tells a child process where the registry is.
const registryVariable = "SLIPWAY_TEST_REGISTRY"

// Registry is the address of a registry in memory on loopback, which Docker takes
// without TLS. There is one for all tests of a process and its children.
var Registry = sync.OnceValue(func() string {
	if host, ok := os.LookupEnv(registryVariable); ok {
		return host
	}
	server := httptest.NewServer(registrytest.Handler())
	return strings.TrimPrefix(server.URL, "http://")
})

// RegistryOfChild is the environment variable that makes Registry of a child
// process ours.
func RegistryOfChild() string { return registryVariable + "=" + Registry() }

// PushProgram publishes an image in Registry that runs a shell script, with the
// version in /www/version.
func PushProgram(t testing.TB, repository, version, program string) deploy.Image {
	t.Helper()
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(Busybox(t, map[string]string{"app": program, "www/version": version + "\n"}))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return PushLayer(t, repository, version, layer, v1.Config{Entrypoint: []string{"/app"}, Env: []string{"PATH=/bin"}, StopSignal: "SIGKILL"})
}

// PushLayer publishes an image in Registry that has one layer.
func PushLayer(t testing.TB, repository, tag string, layer v1.Layer, config v1.Config) deploy.Image {
	t.Helper()
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	file, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: file.RootFS, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	reference, err := name.ParseReference(Registry() + "/" + repository + ":" + tag)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(reference, image); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return deploy.Image{Reference: reference.Context().Name() + "@" + digest.String(), Accepted: []string{digest.String()}}
}

// Busybox is a root file system, as a tar, with busybox and further files, all of
// which can be run. It skips where there is no busybox.
func Busybox(t testing.TB, files map[string]string) []byte {
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
	for _, name := range slices.Sorted(maps.Keys(files)) {
		add(tar.Header{Typeflag: tar.TypeReg, Name: name}, []byte(files[name]))
	}
	w.Close()
	return b.Bytes()
}
