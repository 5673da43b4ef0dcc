package daggerengine

import (
	"context"
	"io"

	"github.com/slipwayhq/slipway/pipelines/engine"
)

func (e *Engine) Compose(ctx context.Context, c engine.Compose, log io.Writer) (engine.Result, error) {
	return engine.Result{}, unsupported(c.Name, "compose checks")
}
