package pipelines

import (
	"context"

	"git.example/slipway/pipelines/images"
)

// BuildOptions say what to build.
type BuildOptions struct {
	// Images by name; all of them when empty.
	Images []string
}

// BuiltImage is an image that was built.
type BuiltImage = images.Local

// Build builds images from this working tree and publishes nothing.
func (p *Project) Build(ctx context.Context, o BuildOptions) ([]BuiltImage, error) {
	selected, err := p.images.Select(ctx, o.Images)
	if err != nil {
		return nil, err
	}
	tag, err := p.workspace.Tag()
	if err != nil {
		return nil, err
	}
	builder := p.images.NewBuilder(tag.Name)
	defer builder.Close()
	return builder.BuildLocal(ctx, selected)
}
