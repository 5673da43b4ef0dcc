package rollout

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// pulling is a note that says when its images are pulled.
type pulling struct{ *note }

func (p pulling) Pull(context.Context, deploy.Desired, io.Writer) error {
	*p.runs = append(*p.runs, "pull")
	return nil
}

// A deploy where a newer Slipway has deployed does not even pull.
func TestDeployIntoANewerJournal(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a")
	if err := (deploy.LocalHost{}).WriteFile(t.Context(), filepath.Join(f.dir, "journal.json"), []byte(`{"version": 3}`), 0o644); err != nil {
		t.Fatal(err)
	}
	d := f.deployment("1")
	d.Targets[0].Target = pulling{f.targets[0]}
	if _, err := Run(t.Context(), d); !errors.As(err, new(*journal.Newer)) {
		t.Errorf("error: %v", err)
	}
	if len(f.runs) > 0 {
		t.Errorf("it did %v", f.runs)
	}
}
