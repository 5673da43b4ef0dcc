package pipelines

import (
	"cmp"
	"context"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/report"
)

// BuildOptions say what to build.
type BuildOptions struct {
	// Images by name; all of them when empty.
	Images []string
}

// BuiltImage is an image that was built.
type BuiltImage struct {
	Name string `json:"name"`
	// Reference is its name in Docker's own store, "<project>/<image>:<tag>".
	// Empty with an engine that has no store which outlives it.
	Reference string `json:"reference,omitempty"`
	// ID is the container's id in a Dagger session; empty with Docker.
	ID string `json:"id,omitempty"`
}

// localTagger is an engine whose images can stay on this machine.
type localTagger interface {
	TagLocal(ctx context.Context, reference, name string) error
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
				built[i], err = p.keepBuilt(ctx, entry, tag.Name, result.Reference)
				t.Detail(built[i].Reference)
				return err
			})
		})
	}
	return built, group.Wait()
}

// identifying is an engine whose images other clients of its session can take.
type identifying interface {
	ContainerID(ctx context.Context, reference string) (string, error)
}

// keepBuilt gives a built image its lasting name, or its id, as the engine can.
func (p *Project) keepBuilt(ctx context.Context, image config.Entry[config.Image], tag, reference string) (BuiltImage, error) {
	built := BuiltImage{Name: image.Name}
	e, err := p.engine.get(ctx)
	if err != nil {
		return built, err
	}
	if tagger, ok := e.(localTagger); ok {
		built.Reference = cmp.Or(image.Value.Repository, p.Config.Project+"/"+image.Name) + ":" + tag
		err = tagger.TagLocal(ctx, reference, built.Reference)
	}
	if e, ok := e.(identifying); ok {
		built.ID, err = e.ContainerID(ctx, reference)
	}
	return built, err
}
