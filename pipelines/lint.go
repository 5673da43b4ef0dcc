package pipelines

import (
	"context"

	"git.example/slipway/pipelines/lint"
)

// Lint finds mistakes in slipway.yaml, the compose files and the workflows.
func (p *Project) Lint(ctx context.Context) ([]lint.Finding, error) {
	images, err := p.images.All(ctx)
	if err != nil {
		return nil, err
	}
	tree, err := filesOf(ctx, p.workspace.Dir)
	if err != nil {
		return nil, err
	}
	return lint.Run(ctx, lint.Input{Config: p.Config, Images: images, Dir: p.workspace.Dir, Repository: p.workspace.Repository(), Tree: tree})
}
