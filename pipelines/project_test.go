package pipelines

import (
	"testing"

	"git.example/slipway/internal/projecttest"
)

// openWith opens the project in dir, of a commit that need not exist.
func openWith(t *testing.T, dir string, env map[string]string) *Project {
	t.Helper()
	p, err := Open(t.Context(), Options{
		Dir: dir, Engine: DockerEngine,
		Lookup: projecttest.Lookup(env), Overrides: projecttest.Commit(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
