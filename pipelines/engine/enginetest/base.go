package enginetest

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Base serves a registry on loopback ("127.0.0.1:port") until the test ends, with
// one small image in it that has a shell. It skips where none can be made.
func Base(t *testing.T) (host, reference string) {
	t.Helper()
	image := baseImage(t)
	host = serveRegistry(t)
	push(t, host+"/busybox:1", image)
	return host, host + "/busybox:1"
}

// serveRegistry serves a registry in memory and returns its "127.0.0.1:port".
func serveRegistry(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// serveProtected serves a registry that wants a login.
func (f *fixture) serveProtected(t *testing.T, username, password string) (host string) {
	t.Helper()
	open := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, pass, _ := r.BasicAuth(); user != username || pass != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`)
			return
		}
		open.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	if f.env.Registry != nil {
		f.env.Registry(t, host)
	}
	return host
}

func push(t *testing.T, reference string, image v1.Image) {
	t.Helper()
	ref, err := name.ParseReference(reference)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		t.Fatalf("pushing %s: %v", reference, err)
	}
}

// baseImage makes a small image with a shell out of the machine's static
// busybox (package busybox-static), for machines that can pull nothing.
func baseImage(t *testing.T) v1.Image {
	t.Helper()
	busybox := staticBusybox()
	if busybox == "" {
		t.Skip("no static busybox on this machine: install the package busybox-static")
	}
	content, err := os.ReadFile(busybox)
	if err != nil {
		t.Fatal(err)
	}
	applets, err := exec.Command(busybox, "--list").Output()
	if err != nil {
		t.Fatalf("listing busybox's programs: %v", err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(rootFiles(content, strings.Fields(string(applets))))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	image, err = mutate.ConfigFile(image, configured(t, image))
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func configured(t *testing.T, image v1.Image) *v1.ConfigFile {
	t.Helper()
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	config.Config.Cmd = []string{"sh"}
	config.Config.Env = []string{"PATH=/bin"}
	return config
}

func staticBusybox() string {
	for _, path := range []string{"/bin/busybox", "/usr/bin/busybox"} {
		file, err := elf.Open(path)
		if err != nil {
			continue
		}
		libraries, err := file.ImportedLibraries()
		file.Close()
		if err == nil && len(libraries) == 0 {
			return path
		}
	}
	return ""
}

// rootFiles is a layer with busybox and its programs.
func rootFiles(busybox []byte, applets []string) []byte {
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	for _, dir := range []string{"bin", "etc", "tmp"} {
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o777})
	}
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "bin/busybox", Mode: 0o755, Size: int64(len(busybox))})
	w.Write(busybox)
	for _, applet := range applets {
		if applet != "busybox" {
			w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "bin/" + applet, Linkname: "busybox", Mode: 0o777})
		}
	}
	passwd := "root:x:0:0:root:/:/bin/sh\n"
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "etc/passwd", Mode: 0o644, Size: int64(len(passwd))})
	io.WriteString(w, passwd)
	w.Close() // writing to memory does not fail
	return layer.Bytes()
}
