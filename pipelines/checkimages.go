package pipelines

import (
	"context"
	"fmt"
	"sync"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/report"
)

// builtImages gives checks images that are built from the working tree, when
// a check asks for one, and not published.
type builtImages struct {
	project *Project
	builder *builder
	images  config.Map[config.Image]

	mu    sync.Mutex
	built map[string]*builtImage
}

type builtImage struct {
	once      sync.Once
	reference string
	err       error
}

func newBuiltImages(p *Project, images config.Map[config.Image]) *builtImages {
	return &builtImages{project: p, builder: newBuilder(p, "check"), images: images, built: map[string]*builtImage{}}
}

func (b *builtImages) names() map[string][]string { return b.project.imageNames(b.images) }

func (b *builtImages) image(ctx context.Context, name string) (engine.Image, error) {
	b.mu.Lock()
	built := b.built[name]
	if built == nil {
		built = &builtImage{}
		b.built[name] = built
	}
	b.mu.Unlock()
	built.once.Do(func() { built.reference, built.err = b.make(ctx, name) })
	return engine.Image{Reference: built.reference}, built.err
}

func (b *builtImages) make(ctx context.Context, name string) (reference string, err error) {
	c, ok := b.images.Get(name)
	if !ok {
		return "", fmt.Errorf("unknown image %q", name)
	}
	image := &assessedImage{name: name, config: c}
	err = report.Run(ctx, b.project.reporter, "image "+name, func(t *report.Task) error {
		result, err := b.builder.build(ctx, image, nil, t)
		reference = result.Reference
		return err
	})
	return reference, err
}

func (b *builtImages) clean() { b.builder.clean() }

// publishedImages gives checks the very digests that are published, once they
// are in the registry.
type publishedImages struct {
	work *assessment
	to   destination
}

func (s *publishedImages) names() map[string][]string {
	return s.to.project.imageNames(s.work.configured)
}

func (s *publishedImages) image(ctx context.Context, name string) (engine.Image, error) {
	image := s.work.byName[name]
	select {
	case <-image.ready:
	case <-ctx.Done():
		return engine.Image{}, context.Cause(ctx)
	}
	if image.digest == "" {
		return engine.Image{}, fmt.Errorf("image %q was not built", name)
	}
	auth, err := s.to.auth(ctx)
	return engine.Image{Reference: image.repository + "@" + image.digest, Auth: auth, Insecure: s.to.insecure()}, err
}

// imageNames are the repositories that compose files may call each image by:
// its repository in any registry of the config, and that without the registry.
func (p *Project) imageNames(images config.Map[config.Image]) map[string][]string {
	names := map[string][]string{}
	for _, image := range images {
		var aliases []string
		if image.Value.Repository != "" {
			aliases = append(aliases, image.Value.Repository)
		} else {
			aliases = append(aliases, p.Config.Project+"/"+image.Name, p.Config.Project+"-"+image.Name)
		}
		for _, r := range p.Config.Registries {
			aliases = append(aliases, r.Value.Repository(p.Config.Project, image.Name, image.Value))
		}
		names[image.Name] = aliases
	}
	return names
}
