package pipelines

import (
	"context"

	"github.com/slipwayhq/slipway/pipelines/lint"
)

// Lint finds mistakes in slipway.yaml, the compose files and the workflows.
func (p *Project) Lint(ctx context.Context) ([]lint.Finding, error) {
	return lint.Run(ctx, lint.Input{Config: p.Config, Dir: p.dir})
}
