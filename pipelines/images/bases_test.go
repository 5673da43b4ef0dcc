package images

import (
	"os"
	"path/filepath"
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
