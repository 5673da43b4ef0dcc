package pipelines

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/slipwayhq/slipway/pipelines/report"
)

// BuildOptions say what to build.
type BuildOptions struct {
	// Images by name; all of them when empty.
	Images []string
}

// BuiltImage is an image in the engine.
type BuiltImage struct {
	Name string `json:"name"`
	// Reference is the engine's own name of it.
	Reference string `json:"reference"`
}

// Build builds images from this working tree and publishes nothing.
func (p *Project) Build(ctx context.Context, o BuildOptions) ([]BuiltImage, error) {
	images, err := p.selectImages(ctx, o.Images)
	if err != nil {
		return nil, err
	}
	tag, err := p.tag()
	if err != nil {
		return nil, err
	}
	builder := newBuilder(p, tag.Name)
	defer builder.clean()
	built := make([]BuiltImage, len(images))
	group, ctx := errgroup.WithContext(ctx)
	for i, entry := range images {
		group.Go(func() error {
			image := &assessedImage{name: entry.Name, config: entry.Value}
			return report.Run(ctx, p.reporter, "image "+entry.Name, func(t *report.Task) error {
				result, err := builder.build(ctx, image, nil, t)
				if err != nil {
					return err
				}
				built[i] = BuiltImage{Name: entry.Name, Reference: result.Reference}
				t.Detail(result.Reference)
				return nil
			})
		})
	}
	return built, group.Wait()
}
