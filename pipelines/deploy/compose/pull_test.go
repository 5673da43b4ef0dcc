package compose_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/waittest"
)

// privateCopy serves the stack's registry again, to one user only.
func privateCopy(t *testing.T, user, password string) (host string) {
	t.Helper()
	public := deploytest.Registry()
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

// However a deploy ends, no login stays on the host.
func TestLoginLeavesNothing(t *testing.T) {
	t.Parallel()
	const password = "canary-password"
	tests := map[string]struct {
		password, phase string
		deployed        bool
	}{
		"it succeeds":              {password: password, deployed: true},
		"without a login":          {},
		"with a wrong one":         {password: "canary-mistaken"},
		"killed while it pulls":    {password: password, phase: "log pulling"},
		"killed when it is pulled": {password: password, phase: "done lock"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, webAndDB)
			s.image("1", "web", "ok")
			host := privateCopy(t, "robot", password)
			image := s.Images["1"]["web"]
			image.Reference = strings.Replace(image.Reference, deploytest.Registry(), host, 1)
			s.Images["1"]["web"] = image
			if test.password != "" {
				s.Login, s.Password = host, test.password
			}
			if test.phase != "" {
				s.runChild("1", test.phase)
			} else if _, err := s.deploy("1"); test.deployed && err != nil {
				t.Fatal(err)
			} else if !test.deployed && (err == nil || !strings.Contains(err.Error(), "pulling image")) {
				t.Errorf("error: %v", err)
			}
			// What a killed run started goes on for a moment, and then cleans up.
			if !waittest.Within(time.Minute, func() bool { return len(loginsFor(host)) == 0 }) {
				t.Errorf("the login is in %v", loginsFor(host))
			}
			if left := holding(t, s.Dir, "canary-"); len(left) > 0 {
				t.Errorf("the password is in %v", left)
			}
		})
	}
}

// loginsFor are the Docker configurations that hold a login for a registry.
func loginsFor(host string) []string {
	files, _ := filepath.Glob("/tmp/slipway-*/config.json")
	home, err := os.UserHomeDir()
	if err != nil {
		panic(err)
	}
	files = append(files, filepath.Join(home, ".docker", "config.json"))
	return slices.DeleteFunc(files, func(file string) bool {
		content, err := os.ReadFile(file)
		return err != nil || !strings.Contains(string(content), host)
	})
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
