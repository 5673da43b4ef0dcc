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
	results, err := p.runChecks(ctx, p.Config.Checks, newBuiltImages(p, nil), nil)
	if len(results) > 0 || !errors.Is(err, cause) {
		t.Errorf("got %+v, %v", results, err)
	}
}
