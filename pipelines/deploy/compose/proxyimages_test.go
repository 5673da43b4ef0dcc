package compose_test

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/deploy"
)

// The proxies of the load tests are the machine's own programs, in images.
const (
	nginxImage = "slipway-test/nginx:1"
	caddyImage = "slipway-test/caddy:1"
)

// nginxConf is what matters of the nginx image's own.
const nginxConf = `
user root;
worker_processes 2;
error_log /dev/stderr warn;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
    access_log off;
    include /etc/nginx/conf.d/*.conf;
}
`

var proxyImages sync.Mutex

// needProxy makes the image of a proxy, from the program of that package.
func needProxy(t *testing.T, image, program string, change ...string) {
	t.Helper()
	proxyImages.Lock()
	defer proxyImages.Unlock()
	if exec.Command("docker", "image", "inspect", image).Run() == nil {
		return
	}
	path, err := exec.LookPath(program)
	if err != nil {
		path = "/usr/sbin/" + program
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs %s (package %s)", program, program)
	}
	files := map[string][]byte{
		"etc/passwd": []byte("root:x:0:0:root:/root:/bin/sh\n"), "etc/group": []byte("root:x:0:\n"), "etc/nsswitch.conf": []byte("hosts: files dns\n"),
		"etc/nginx/nginx.conf": []byte(nginxConf), "usr/bin/" + program: file(t, path),
	}
	libraries, _ := exec.Command("ldd", path).Output() // fails for a static program
	for _, word := range strings.Fields(string(libraries)) {
		if filepath.IsAbs(word) {
			files[strings.TrimPrefix(word, "/")] = file(t, word)
		}
	}
	args := []string{"import"}
	for _, c := range change {
		args = append(args, "--change", c)
	}
	cmd := exec.Command("docker", append(args, "-", image)...)
	cmd.Stdin = bytes.NewReader(tarOf(t, files, "run/", "tmp/", "root/", "var/log/nginx/", "var/lib/nginx/"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("importing %s: %v\n%s", image, err, out)
	}
}

func needNginx(t *testing.T) {
	t.Helper()
	needProxy(t, nginxImage, "nginx", `CMD ["/usr/bin/nginx", "-g", "daemon off;"]`)
}

func needCaddy(t *testing.T) {
	t.Helper()
	needProxy(t, caddyImage, "caddy", `CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile"]`, "ENV PATH=/usr/bin HOME=/root")
}

func file(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// tarOf is a root file system of programs, and directories.
func tarOf(t *testing.T, files map[string][]byte, dirs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, dir := range dirs {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755}); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		w.Write(content)
	}
	w.Close()
	return b.Bytes()
}

// serverProgram is testdata/server, linked statically.
var serverProgram = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "slipway-server-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "server"), "./testdata/server")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, &buildError{err, string(out)}
	}
	return os.ReadFile(filepath.Join(dir, "server"))
})

type buildError struct {
	err    error
	output string
}

func (e *buildError) Error() string { return e.err.Error() + "\n" + e.output }

// server publishes a web service for the release tag; see testdata/server. Its
// health check goes by the name of wget, as in the examples.
func (s *stack) server(tag, image, behaviour string) {
	s.t.Helper()
	program, err := serverProgram()
	if err != nil {
		s.t.Fatal(err)
	}
	layer := static.NewLayer(tarOf(s.t, map[string][]byte{"bin/server": program, "bin/wget": program}, "tmp/"), types.DockerUncompressedLayer)
	if s.Images[tag] == nil {
		s.Images[tag] = map[string]deploy.Image{}
	}
	s.Images[tag][image] = deploytest.PushLayer(s.t, s.Project+"/"+image, tag, layer, v1.Config{
		Cmd: []string{"/bin/server"}, Env: []string{"PATH=/bin", "RELEASE=" + tag, "BEHAVIOUR=" + behaviour},
	})
}
