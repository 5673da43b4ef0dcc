package images

import (
	"context"
	"maps"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
)

// Content is the hash of everything that a build is made from. Name is for
// messages.
func (c *Catalog) Content(ctx context.Context, name string, b config.Build, platforms []string, bases *Bases) (content.Hash, error) {
	if err := c.inside(name, b); err != nil {
		return "", err
	}
	platforms, dir := orOurs(platforms), c.workspace.Path(b.Context)
	digests, err := bases.digestsOf(ctx, name, dir, b, platforms)
	if err != nil {
		return "", err
	}
	in := content.Inputs{
		Name: name, Context: dir, Dockerfile: b.Dockerfile, Target: b.Target, Args: b.Args,
		Platforms: platforms, Bases: digests, Secrets: slices.Sorted(maps.Keys(b.Secrets)), SSH: b.SSH,
		Contexts: c.namedContexts(b), Commit: c.workspace.Info.Commit,
	}
	for name, destination := range b.Artifacts {
		a, _ := c.workspace.Config.Artifacts.Get(name)
		made, err := c.Content(ctx, "artifact "+name, a.Build, nil, bases)
		if err != nil {
			return "", err
		}
		in.Overlays = append(in.Overlays, content.Overlay{Content: made, Path: a.Path, Destination: destination})
	}
	return c.hasher.Content(ctx, in)
}

// Files is the hash of a file, or of a directory with all that is in it.
func (c *Catalog) Files(ctx context.Context, path string) (content.Hash, error) {
	return c.hasher.Files(ctx, path, c.workspace.Info.Commit)
}
