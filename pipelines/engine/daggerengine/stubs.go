package daggerengine

import (
	"context"
	"io"

	"github.com/slipwayhq/slipway/pipelines/engine"
)

func (e *Engine) Export(ctx context.Context, b engine.Build, path, dest string, log io.Writer) error {
	return unsupported(b.Name, "exports yet")
}
func (e *Engine) Run(ctx context.Context, r engine.Run, log io.Writer) (engine.Result, error) {
	return engine.Result{}, unsupported(r.Name, "runs yet")
}
func (e *Engine) Compose(ctx context.Context, c engine.Compose, log io.Writer) (engine.Result, error) {
	return engine.Result{}, unsupported(c.Name, "compose yet")
}
