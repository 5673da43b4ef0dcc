package checks

import (
	"testing"

	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/workspace"
)

// runnerIn runs checks of the project in dir, outside a publish.
func runnerIn(t *testing.T, w *workspace.Workspace) *Runner {
	t.Helper()
	catalog := images.New(w)
	runner, err := NewRunner(w, catalog, NewBuiltImages(w, catalog, nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = runner.Place() })
	return runner
}

// stageIn is a stage for the exports to dir.
func stageIn(t *testing.T, dir string) *exportStage {
	t.Helper()
	s, err := newExportStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.bringOut() })
	return s
}
