package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/sirupsen/logrus"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/registry/embedded"
)

const anyPort = "127.0.0.1:0"

func serve(t *testing.T, o embedded.Options) *embedded.Server {
	t.Helper()
	server, err := embedded.Serve(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// push pushes a random image of one layer and returns its digest.
func push(t *testing.T, reference string, size int64) string {
	t.Helper()
	image, err := random.Image(size, 1)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(reference)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

func resolve(t *testing.T, reference string) string {
	t.Helper()
	d, err := registry.New(registry.Options{RetryFor: 10 * time.Second}).Resolve(t.Context(), reference)
	if err != nil {
		t.Fatal(err)
	}
	return d.Digest
}

func TestServe(t *testing.T) {
	var global bytes.Buffer
	logrus.SetOutput(&global)
	t.Cleanup(func() { logrus.SetOutput(os.Stderr) })
	var ours bytes.Buffer
	dir := filepath.Join(t.TempDir(), "kept", "registry")

	server := serve(t, embedded.Options{Address: anyPort, Dir: dir, Log: &ours})
	repository := server.Address() + "/shop/api"
	digest := push(t, repository+":1", 1<<20)
	if got := resolve(t, repository+":1"); got != digest {
		t.Errorf("the tag is %s, want %s", got, digest)
	}
	c := registry.New(registry.Options{})
	if _, err := c.Resolve(t.Context(), repository+":2"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a tag that is not there: %v", err)
	}
	if d, err := c.DeleteTag(t.Context(), repository, "1"); d != registry.Deleted || err != nil {
		t.Errorf("deleting a tag: %v, %v", d, err)
	}
	if got := resolve(t, repository+"@"+digest); got != digest {
		t.Errorf("deleting the tag lost the manifest")
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}

	again := serve(t, embedded.Options{Address: server.Address(), Dir: dir, Log: &ours})
	if got := resolve(t, again.Address()+"/shop/api@"+digest); got != digest {
		t.Error("the image did not outlive its server")
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if global.Len() > 0 {
		t.Errorf("the global log got %q", global.String())
	}
	if !strings.Contains(ours.String(), "shop/api") {
		t.Errorf("our log got %q", ours.String())
	}
	for path, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, "http-secret"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %s, want %s", path, info.Mode(), want)
		}
	}
}

func TestServeRefuses(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	silent, err := net.Listen("tcp", anyPort)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	elsewhere := serve(t, embedded.Options{Address: anyPort, Dir: t.TempDir()})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]struct {
		options embedded.Options
		want    string
	}{
		"every interface":     {embedded.Options{Address: "0.0.0.0:5077"}, "not a loopback address"},
		"a name":              {embedded.Options{Address: "example.com:5077"}, "not a loopback address"},
		"no port":             {embedded.Options{Address: "127.0.0.1"}, "missing port"},
		"another service":     {embedded.Options{Address: other.Listener.Addr().String()}, "it is another program; end it, or set another \"address\""},
		"a silent service":    {embedded.Options{Address: silent.Addr().String()}, "does not answer"},
		"another directory":   {embedded.Options{Address: elsewhere.Address()}, "another directory"},
		"a file as directory": {embedded.Options{Address: anyPort, Dir: file}, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.options.Dir == "" {
				test.options.Dir = t.TempDir()
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			server, err := embedded.Serve(ctx, test.options)
			if err == nil {
				_ = server.Close()
				t.Fatal("it serves")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %q in it", err, test.want)
			}
		})
	}
}

func TestCloseIsQuick(t *testing.T) {
	server := serve(t, embedded.Options{Address: anyPort, Dir: t.TempDir()})
	unused, err := net.Dial("tcp", server.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unused.Close() }()
	push(t, server.Address()+"/shop/api:1", 1<<10)
	start := time.Now()
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("closing took %s", took)
	}
	if err := server.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}
