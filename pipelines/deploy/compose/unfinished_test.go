package compose_test

import (
	"os"
	"path/filepath"
	"testing"

	"git.example/slipway/pipelines/deploy/compose"
)

// What a run that was killed had begun to write is gone after the next one, also
// when that has nothing to do; what only looks like it stays.
func TestUnfinishedFilesOfAKilledRun(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("1", "web", "ok")
	s.mustDeploy("1")
	state := compose.StateDir(s.Dir, environment, "app")
	files := map[string]bool{ // whether it is unfinished
		filepath.Join(state, ".state.json.2GXSEQOCDJ"): true, filepath.Join(state, ".state.json.1234567890"): true,
		filepath.Join(state, ".switch.tmpl.ABCDEFGHIJ"): true, filepath.Join(state, "files/1/..slipway-images.yml.ABCDEFGHIJ"): true,
		filepath.Join(state, "files/1/.docker-compose.yml.ABCDEFGHI7"): true, filepath.Join(s.Dir, "..env.ABCDEFGHIJ"): true,
		filepath.Join(s.Dir, "..env.77"): true, filepath.Join(s.Dir, ".slipway/..gitignore.ABCDEFGHIJ"): true,
		filepath.Join(s.Dir, ".env.PRODUCTION"): false, filepath.Join(s.Dir, "..env.production"): false,
		filepath.Join(state, "files/1/.env.PRODUCTION"): false, filepath.Join(state, "state.json"): false, filepath.Join(state, ".state.json.old"): false,
	}
	for name := range files {
		if _, err := os.Stat(name); err != nil {
			write(t, filepath.Dir(name), filepath.Base(name), "x")
		}
	}
	s.mustDeploy("1")
	for name, unfinished := range files {
		if _, err := os.Stat(name); (err != nil) != unfinished {
			t.Errorf("%s: %v", name, err)
		}
	}
}
