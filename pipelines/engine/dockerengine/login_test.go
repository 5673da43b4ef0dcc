package dockerengine

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

func TestWriteLogin(t *testing.T) {
	user := t.TempDir()
	before := `{"auths": {"r.example": {"auth": "b2xkOm9sZA=="}, "other.example": {"auth": "eDp5"}},
"credsStore": "desktop", "credHelpers": {"gcr.io": "gcloud", "r.example": "pass"}, "currentContext": "remote"}`
	mustWrite(t, filepath.Join(user, "config.json"), before)
	mustWrite(t, filepath.Join(user, "contexts", "meta", "a.json"), "context")
	dir := filepath.Join(t.TempDir(), "login")
	env, err := writeLogin(user, dir, "r.example", engine.Auth{Username: "me", Password: secrets.NewValue("pass:word")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"DOCKER_CONFIG=" + dir, "BUILDX_CONFIG=" + filepath.Join(user, "buildx")}, env); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"auths":      map[string]any{"r.example": map[string]any{"auth": "bWU6cGFzczp3b3Jk"}, "other.example": map[string]any{"auth": "eDp5"}},
		"credsStore": "desktop", "credHelpers": map[string]any{"gcr.io": "gcloud", "r.example": ""}, "currentContext": "remote",
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(mustRead(t, filepath.Join(dir, "config.json"))), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config.json (-want +got):\n%s", diff)
	}
	for path, mode := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, "config.json"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v and error %v, want %v", path, info.Mode(), err, mode)
		}
	}
	if mustRead(t, filepath.Join(dir, "contexts", "meta", "a.json")) != "context" {
		t.Error("the user's contexts are not there")
	}
	if mustRead(t, filepath.Join(user, "config.json")) != before {
		t.Error("the user's own configuration was changed")
	}
}

func TestWriteLoginWithoutConfiguration(t *testing.T) {
	for _, user := range []string{"", filepath.Join(t.TempDir(), "absent")} {
		dir := filepath.Join(t.TempDir(), "login")
		if _, err := writeLogin(user, dir, "r.example", engine.Auth{}); err != nil {
			t.Errorf("user directory %q: %v", user, err)
		}
	}
}

func TestRegistryKey(t *testing.T) {
	for image, want := range map[string]string{
		"acme/api":                     "https://index.docker.io/v1/",
		"docker.io/acme/api:1":         "https://index.docker.io/v1/",
		"r.example:5000/a/b@" + digest: "r.example:5000",
		"localhost:1/a":                "localhost:1",
	} {
		if got, err := registryKey(image); got != want || err != nil {
			t.Errorf("%s: got %q and %v, want %q", image, got, err, want)
		}
	}
}

const digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestDigestIn(t *testing.T) {
	all := []string{"r.example/other@sha256:" + "1" + digest[8:], "r.example/api@" + digest}
	if got := digestIn(all, "r.example/api"); got != digest {
		t.Errorf("got %q", got)
	}
	if got := digestIn(all, "r.example/none"); got != "" {
		t.Errorf("got %q", got)
	}
}

func mustWrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
