// Package images takes the images of a project from slipway.yaml to a digest:
// which there are, what each is built from, the hash of that, whether a registry
// has it already, and building what is missing.
package images

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/keyed"
	"git.example/slipway/pipelines/workspace"
)

// Catalog knows the images of a workspace, and what each is built from.
type Catalog struct {
	workspace *workspace.Workspace
	hasher    *content.Hasher
	// baked are the images of the bake file, by its path.
	baked keyed.Once[string, config.Map[config.Image]]
}

// New is the catalog of a workspace. It has read nothing yet.
func New(w *workspace.Workspace) *Catalog {
	return &Catalog{workspace: w, hasher: content.NewHasher(w.OwnIn)}
}

// All are the images of the project: those of slipway.yaml, or those of the
// bake file that it names.
func (c *Catalog) All(ctx context.Context) (config.Map[config.Image], error) {
	images := c.workspace.Config.Images
	if images.Bake == "" {
		return images.Named, nil
	}
	return c.baked.Do(ctx, images.Bake, func(ctx context.Context) (config.Map[config.Image], error) {
		return Bake(ctx, c.workspace.Dir, images)
	})
}

// Select are the images named, or all of them.
func (c *Catalog) Select(ctx context.Context, names []string) (config.Map[config.Image], error) {
	all, err := c.All(ctx)
	if err != nil || len(names) == 0 {
		return all, err
	}
	var selected config.Map[config.Image]
	for _, name := range names {
		image, ok := all.Get(name)
		if !ok {
			return nil, workspace.Usage("unknown image %q: %s", name, workspace.Choices("images", all.Names(), c.workspace.Config.Path))
		}
		selected = append(selected, config.Entry[config.Image]{Name: name, Value: image})
	}
	return selected, nil
}
