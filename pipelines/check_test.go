package pipelines

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// Checks that the user stopped have neither passed nor failed.
func TestInterruptedChecksHaveNoResult(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "slipway.yaml", strings.ReplaceAll(unprotected, "REGISTRY", "localhost:1"))
	p := openWith(t, dir, nil)
	ctx, interrupt := context.WithCancelCause(t.Context())
	cause := errors.New("interrupt")
	interrupt(cause)
	run := checkRun{Project: p, images: newBuiltImages(p, nil), exports: stageIn(t, dir)}
	results, err := run.all(ctx, p.Config.Checks)
	if len(results) > 0 || !errors.Is(err, cause) {
		t.Errorf("got %+v, %v", results, err)
	}
}

// stageIn is a stage for the exports to dir.
func stageIn(t *testing.T, dir string) *exportStage {
	t.Helper()
	s, err := newExportStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.place() })
	return s
}
