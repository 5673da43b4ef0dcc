package compose_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipwayhq/slipway/pipelines/deploy"
	"github.com/slipwayhq/slipway/pipelines/secrets"
)

// privateCopy serves the stack's registry again, to one user only.
func privateCopy(t *testing.T, user, password string) (host string) {
	t.Helper()
	public := registryHost()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != user || p != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		response, err := http.Get("http://" + public + r.URL.Path)
		if err != nil {
			t.Error(err)
			return
		}
		defer response.Body.Close()
		for _, name := range []string{"Content-Type", "Docker-Content-Digest", "Content-Length"} {
			w.Header().Set(name, response.Header.Get(name))
		}
		w.WriteHeader(response.StatusCode)
		io.Copy(w, response.Body)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestLoginLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("1", "web", "ok")
	host := privateCopy(t, "robot", "canary-password")
	image := s.Images["1"]["web"]
	image.Reference = strings.Replace(image.Reference, registryHost(), host, 1)
	s.Images["1"]["web"] = image
	d := s.deployment("1")
	if _, err := deploy.Run(t.Context(), d); err == nil || !strings.Contains(err.Error(), "pulling image") {
		t.Errorf("without a login: %v", err)
	}
	d.Targets[0].Desired.Login = &deploy.Login{Registry: host, Username: "robot", Password: secrets.NewValue("canary-password")}
	if _, err := deploy.Run(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if left := holding(t, s.Dir, "canary-password"); len(left) > 0 {
		t.Errorf("the password is in %v", left)
	}
	config, err := os.ReadFile(filepath.Join(must(os.UserHomeDir()), ".docker", "config.json"))
	if err == nil && strings.Contains(string(config), host) {
		t.Error("the login is in the user's Docker configuration")
	}
	left, _ := filepath.Glob("/tmp/slipway-*/config.json")
	for _, file := range left {
		if content, err := os.ReadFile(file); err == nil && strings.Contains(string(content), host) {
			t.Errorf("the login is in %s", file)
		}
	}
}

// holding are the files under dir that hold text.
func holding(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), text) {
			found = append(found, strings.TrimPrefix(path, dir+"/"))
			if info, err := entry.Info(); err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
