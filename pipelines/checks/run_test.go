package checks

import (
	"context"
	"errors"
	"testing"
)

// Checks that the user stopped have neither passed nor failed.
func TestInterruptedChecksHaveNoResult(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "slipway.yaml", composeProject["slipway.yaml"])
	w := openWith(t, dir, nil)
	ctx, interrupt := context.WithCancelCause(t.Context())
	cause := errors.New("interrupt")
	interrupt(cause)
	results, err := runnerIn(t, w).Run(ctx, w.Config.Checks)
	if len(results) > 0 || !errors.Is(err, cause) {
		t.Errorf("got %+v, %v", results, err)
	}
}
