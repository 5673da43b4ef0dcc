package fleet_test

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

// app is the program of every image. A host's file data/VERSION says how that
// version fails there.
const app = `#!/bin/sh
version=$(cat /www/version)
how=$(cat /data/$version 2>/dev/null)
case $1 in
migrate) echo "$version" >>/data/migrations; [ "$how" != refuse ]; exit;;
after) echo "$version" >>/data/after; exit;;
esac
case $how in
unhealthy) rm /www/version;;
crash) echo about to crash; exit 7;;
esac
exec httpd -f -p 80 -h /www
`

// push publishes the image of one version.
func push(t *testing.T, repository, version string) deploy.Image {
	t.Helper()
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(busyboxTar(t, version))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{
		OS: "linux", Architecture: "amd64", RootFS: config.RootFS,
		Config: v1.Config{Entrypoint: []string{"/app"}, Env: []string{"PATH=/bin"}, StopSignal: "SIGKILL"},
	})
	if err != nil {
		t.Fatal(err)
	}
	reference, err := name.ParseReference(registryHost() + "/" + repository + ":" + version)
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

func busyboxTar(t *testing.T, version string) []byte {
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
	for _, applet := range []string{"sh", "httpd", "cat", "rm", "test"} {
		add(tar.Header{Typeflag: tar.TypeSymlink, Name: "bin/" + applet, Linkname: "busybox"}, nil)
	}
	add(tar.Header{Typeflag: tar.TypeReg, Name: "app"}, []byte(app))
	add(tar.Header{Typeflag: tar.TypeReg, Name: "www/version"}, []byte(version+"\n"))
	w.Close()
	return b.Bytes()
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
