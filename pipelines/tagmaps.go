package pipelines

import (
	"context"

	"git.example/slipway/pipelines/targets"
)

// InitTagMaps writes the tag map of every Terraform target that has none, with
// the bootstrap tag for each image: Terraform can make a new environment with it
// before there is any image. The paths of those that were written are relative to
// the project.
func (p *Project) InitTagMaps(ctx context.Context) ([]string, error) {
	images, err := p.images.All(ctx)
	if err != nil {
		return nil, err
	}
	return targets.WriteTagMaps(ctx, p.workspace, images.Names())
}
