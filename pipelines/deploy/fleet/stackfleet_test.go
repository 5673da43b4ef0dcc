package fleet_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/longtest"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/rollout"
)

// Ten stacks: a good release, the same again, and one that is unhealthy on one
// host only. Steps run once, on the first host.
func TestFleetOfTen(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	s := newStacks(t, 10)
	s.Before, s.After = migrate(), after()
	s.release("1", "2", "3")
	s.mustDeploy("1")
	s.wantOne("1")
	s.fails(6, "2", "unhealthy")
	_, err := s.deploy("2")
	var failure *rollout.Failure
	if !errors.As(err, &failure) || failure.ReturnedTo != "1" || !strings.Contains(err.Error(), `host app7: service "web", container `) ||
		!strings.Contains(err.Error(), "app7 | health check, exit code 1") {
		t.Errorf("error: %v", err)
	}
	s.wantOne("1")
	s.mustDeploy("3")
	s.wantOne("3")
	if got, want := s.migrations(), "1 2 3"; got != want {
		t.Errorf("migrations %q, want %q", got, want)
	}
	ended, err := os.ReadFile(filepath.Join(s.Dirs[0], "data", "after"))
	if err != nil || string(ended) != "1\n3\n" {
		t.Errorf("steps after: %q, %v", ended, err)
	}
	state, err := os.ReadFile(filepath.Join(compose.StateDir(s.Dirs[0], environment, "app"), "state.json"))
	if err != nil || !strings.Contains(string(state), "\"services\": [\n    \"web\"\n  ]") {
		t.Errorf("state of the first host: %s, %v", state, err)
	}
	if want := []string{"1 deployed", "2 rolled-back", "3 deployed"}; !cmp.Equal(s.outcomes(), want) {
		t.Errorf("history %v, want %v", s.outcomes(), want)
	}
}
