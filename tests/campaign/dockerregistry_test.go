package campaign

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"git.example/slipway/internal/waittest"
)

// dockerRegistry is a real registry, the program docker-registry.
type dockerRegistry struct {
	address, dir string
}

func (w *world) newRegistry(name string) *dockerRegistry {
	w.t.Helper()
	path, err := exec.LookPath("docker-registry")
	if err != nil {
		w.t.Skip("needs docker-registry (package docker-registry)")
	}
	r := &dockerRegistry{address: w.freeAddress(), dir: w.mkdir(name)}
	config := filepath.Join(w.dir, name+".yml")
	w.write(config, fmt.Sprintf(`version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
http: {addr: "%s"}
`, r.dir, r.address))
	cmd := exec.Command(path, "serve", config)
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	waittest.For(w.t, "the registry", func() bool {
		answer, err := http.Get("http://" + r.address + "/v2/")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return r
}

// uploads are the upload sessions in a registry's directory that nobody finished.
func uploads(dir string) []string {
	found, _ := filepath.Glob(filepath.Join(dir, "docker", "registry", "v2", "repositories", "*", "*", "_uploads", "*"))
	more, _ := filepath.Glob(filepath.Join(dir, "docker", "registry", "v2", "repositories", "*", "*", "*", "_uploads", "*"))
	return append(found, more...)
}

// makeBase pushes the images that others are made from: the program, and nginx.
func (w *world) makeBase(r *dockerRegistry) {
	w.t.Helper()
	base := w.mkdir("base")
	w.must(base, "cp", w.c.app, "app")
	w.write(filepath.Join(base, "Dockerfile"), "FROM scratch\nCOPY app /app\nENTRYPOINT [\"/app\"]\n")
	w.must(base, "docker", "buildx", "build", "-q", "--provenance=false", "--tag", r.address+"/"+w.name+"/base:1", "--push", ".")
}

const nginxConf = `user root;
worker_processes 1;
error_log /dev/stderr warn;
pid /run/nginx.pid;
events { worker_connections 256; }
http {
    access_log off;
    include /etc/nginx/conf.d/*.conf;
}
`

// makeProxy pushes an image of this machine's nginx.
func (w *world) makeProxy(registries ...*dockerRegistry) {
	w.t.Helper()
	path := "/usr/sbin/nginx"
	if _, err := os.Stat(path); err != nil {
		w.t.Skip("needs nginx (package nginx)")
	}
	dir := w.mkdir("nginx")
	w.must(dir, "sh", "-c", `
for f in "$1" $(ldd "$1" | grep -o '/[^ ]*'); do mkdir -p root$(dirname $f) && cp -L $f root$f; done
mkdir -p root/run root/tmp root/var/log/nginx root/var/lib/nginx root/etc/nginx/conf.d root/etc/nginx/upstreams
echo root:x:0:0:root:/root:/bin/sh >root/etc/passwd
echo root:x:0: >root/etc/group
echo 'hosts: files dns' >root/etc/nsswitch.conf`, "sh", path)
	w.write(filepath.Join(dir, "root/etc/nginx/nginx.conf"), nginxConf)
	w.write(filepath.Join(dir, "Dockerfile"), "FROM scratch\nCOPY root /\nENV PATH=/usr/sbin\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n")
	for _, r := range registries {
		w.must(dir, "docker", "buildx", "build", "-q", "--provenance=false", "--tag", r.address+"/"+w.name+"/nginx:1", "--push", ".")
	}
}
