package images

import (
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
