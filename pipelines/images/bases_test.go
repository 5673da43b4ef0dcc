package images

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
)

// A base image that neither its registry nor the engine could be asked for is
// reported with both reasons: the engine may well have it.
func TestBaseNobodyCouldBeAskedFor(t *testing.T) {
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", "version: 1\nproject: shop\nimages: {api: {context: .}}\n")
	env := map[string]string{"DOCKER_HOST": "unix:///nonexistent/docker.sock", "HOME": dir}
	w := projecttest.Open(t, dir, env, nil)
	t.Setenv("DOCKER_HOST", env["DOCKER_HOST"])
	_, err := NewBases(w).Digest(t.Context(), "127.0.0.1:1/base:1")
	if err == nil {
		t.Fatal("it was found")
	}
	for _, want := range []string{`finding base image "127.0.0.1:1/base:1"`, "refuses connections", "and the engine could not be asked for it"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

// A Docker that could be asked, and has no such image either, is named too.
func TestBaseThatNobodyHas(t *testing.T) {
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", "version: 1\nproject: shop\nimages: {api: {context: .}}\n")
	docker := `#!/bin/sh
case "$1 $2" in
"info "*) echo '{"error":null,"status":[]}' ;;
"buildx inspect") echo "Driver: docker" ;;
*) echo "Error: No such image: base:1" >&2; exit 1 ;;
esac
`
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(docker), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	w := projecttest.Open(t, dir, map[string]string{"HOME": dir}, nil)
	_, err := NewBases(w).Digest(t.Context(), "127.0.0.1:1/base:1")
	for _, want := range []string{"refuses connections", "and the docker engine has no image of that name"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

// However the registry and the engine fail, both are named: each may be the one
// that somebody has to mend.
func TestBaseThatBothFailFor(t *testing.T) {
	registries := map[string]struct{ answers, want string }{
		"wants a login": {"401 Unauthorized|{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}", "base:1"},
		"is a web page": {"200 OK|<html>Hello</html>", "the answer is a web page"},
		"has none":      {"404 Not Found|{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}", "not found"},
	}
	engines := map[string]struct{ docker, want string }{
		"is stopped":      {`echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1`, "Docker daemon"},
		"forbids":         {`echo "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock" >&2; exit 1`, "permission denied"},
		"is no docker":    {"", "docker"},
		"of no context":   {`echo "unable to resolve docker endpoint: context \"gone\": context not found" >&2; exit 1`, `context "gone"`},
		"is too far away": {`echo "error during connect: Get http://10.0.0.1:2375/v1.41/info: dial tcp 10.0.0.1:2375: i/o timeout" >&2; exit 1`, "i/o timeout"},
	}
	for theirs, registry := range registries {
		status, body, _ := strings.Cut(registry.answers, "|")
		code, err := strconv.Atoi(status[:3])
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v2/" {
				return
			}
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
		}))
		defer server.Close()
		image := strings.TrimPrefix(server.URL, "http://") + "/base:1"
		for ours, engine := range engines {
			t.Run("a registry that "+theirs+", an engine that "+ours, func(t *testing.T) {
				dir := t.TempDir()
				projecttest.Write(t, dir, "slipway.yaml", "version: 1\nproject: shop\nimages: {api: {context: .}}\n")
				if engine.docker != "" {
					if err := os.WriteFile(filepath.Join(dir, "docker"), []byte("#!/bin/sh\n"+engine.docker+"\n"), 0o700); err != nil {
						t.Fatal(err)
					}
				}
				t.Setenv("PATH", dir+string(os.PathListSeparator)+"/nonexistent")
				if engine.docker != "" {
					t.Setenv("PATH", dir+string(os.PathListSeparator)+"/usr/bin"+string(os.PathListSeparator)+"/bin")
				}
				w := projecttest.Open(t, dir, map[string]string{"HOME": dir}, nil)
				_, err := NewBases(w).Digest(t.Context(), image)
				for _, want := range []string{`finding base image "` + image + `"`, registry.want, "and the engine could not be asked for it", engine.want} {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("error %v does not say %q", err, want)
					}
				}
			})
		}
	}
}
