package checks

import (
	"context"
	"errors"
	"testing"

	"git.example/slipway/internal/projecttest"
)

// Checks that the user stopped have neither passed nor failed.
func TestInterruptedChecksHaveNoResult(t *testing.T) {
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", composeProject["slipway.yaml"])
	w := projecttest.Open(t, dir, nil, nil)
	ctx, interrupt := context.WithCancelCause(t.Context())
	cause := errors.New("interrupt")
	interrupt(cause)
	results, err := runnerIn(t, w).RunAll(ctx, w.Config.Checks)
	if len(results) > 0 || !errors.Is(err, cause) {
		t.Errorf("got %+v, %v", results, err)
	}
}
