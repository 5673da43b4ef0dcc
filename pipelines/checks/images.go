package checks

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/keyed"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// BuiltImages gives checks images that are built from the working tree, when
// a check asks for one, and not published. Close it when the checks have ended.
type BuiltImages struct {
	workspace  *workspace.Workspace
	builder    *images.Builder
	configured config.Map[config.Image]
	references keyed.Once[string, string]
}

// NewBuiltImages has built none yet.
func NewBuiltImages(w *workspace.Workspace, catalog *images.Catalog, configured config.Map[config.Image]) *BuiltImages {
	return &BuiltImages{workspace: w, builder: catalog.NewBuilder("check"), configured: configured}
}

// Close removes what building left.
func (b *BuiltImages) Close() { b.builder.Close() }

// Names are those that compose files may call the images by.
func (b *BuiltImages) Names() map[string][]string {
	return imageNames(b.workspace.Config, b.configured)
}

// Image builds an image, once.
func (b *BuiltImages) Image(ctx context.Context, name string) (engine.Image, error) {
	reference, err := b.references.Do(ctx, name, func(ctx context.Context) (string, error) { return b.build(ctx, name) })
	return engine.Image{Reference: reference}, err
}

func (b *BuiltImages) build(ctx context.Context, name string) (reference string, err error) {
	image, ok := b.configured.Get(name)
	if !ok {
		return "", fmt.Errorf("unknown image %q", name)
	}
	err = report.Run(ctx, b.workspace.Reporter, "image "+name, func(t *report.Task) error {
		built, err := b.builder.Build(ctx, name, image, t)
		reference = built.Reference
		return err
	})
	return reference, err
}

// PublishedImages gives checks the very digests that are published, once they
// are in the registry.
type PublishedImages struct {
	config *config.Config
	work   *images.Assessment
}

// NewPublishedImages are those of a publish.
func NewPublishedImages(c *config.Config, work *images.Assessment) *PublishedImages {
	return &PublishedImages{config: c, work: work}
}

// Names are those that compose files may call the images by.
func (p *PublishedImages) Names() map[string][]string { return imageNames(p.config, p.work.Configured) }

// Image waits until the image is in the registry.
func (p *PublishedImages) Image(ctx context.Context, name string) (engine.Image, error) {
	return p.work.Await(ctx, name)
}

// imageNames are the repositories that compose files may call each image by:
// its repository in any registry of the config, and that without the registry.
func imageNames(c *config.Config, configured config.Map[config.Image]) map[string][]string {
	names := map[string][]string{}
	for _, image := range configured {
		var aliases []string
		if image.Value.Repository != "" {
			aliases = append(aliases, image.Value.Repository)
		} else {
			aliases = append(aliases, c.Project+"/"+image.Name, c.Project+"-"+image.Name)
		}
		for _, r := range c.Registries {
			aliases = append(aliases, r.Value.Repository(c.Project, image.Name, image.Value))
		}
		names[image.Name] = aliases
	}
	return names
}
