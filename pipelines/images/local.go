package images

import (
	"cmp"
	"context"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/report"
)

// Local is an image that was built and not published.
type Local struct {
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

// identifying is an engine whose images other clients of its session can take.
type identifying interface {
	ContainerID(ctx context.Context, reference string) (string, error)
}

// BuildLocal builds images and keeps them where the engine can.
func (b *Builder) BuildLocal(ctx context.Context, images config.Map[config.Image]) ([]Local, error) {
	built := make([]Local, len(images))
	group, ctx := errgroup.WithContext(ctx)
	for i, image := range images {
		group.Go(func() error {
			return report.Run(ctx, b.catalog.workspace.Reporter, "image "+image.Name, func(t *report.Task) error {
				result, err := b.Build(ctx, image.Name, image.Value, t)
				if err != nil {
					return err
				}
				built[i], err = b.keep(ctx, image, result.Reference)
				t.Detail(built[i].Reference)
				return err
			})
		})
	}
	return built, group.Wait()
}

// keep gives a built image its lasting name, or its id, as the engine can.
func (b *Builder) keep(ctx context.Context, image config.Entry[config.Image], reference string) (Local, error) {
	w := b.catalog.workspace
	built := Local{Name: image.Name}
	e, err := w.Engine.Get(ctx)
	if err != nil {
		return built, err
	}
	if tagger, ok := e.(localTagger); ok {
		built.Reference = cmp.Or(image.Value.Repository, w.Config.Project+"/"+image.Name) + ":" + b.version
		err = tagger.TagLocal(ctx, reference, built.Reference)
	}
	if e, ok := e.(identifying); ok {
		built.ID, err = e.ContainerID(ctx, reference)
	}
	return built, err
}
