package images

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
)

// Destination is the registry that images are built for.
type Destination interface {
	// Repository is the full name of an image's repository there.
	Repository(image string, c config.Image) string
	// Insecure says that it speaks plain HTTP.
	Insecure() bool
	// Auth is the login to push with; nil when nothing is configured.
	Auth(ctx context.Context) (*engine.Auth, error)
}

// Assessment is every image's content, and whether the registry has it.
type Assessment struct {
	// Configured are the images as slipway.yaml or the bake file has them.
	Configured config.Map[config.Image]
	Images     []*Image
	Bases      *Bases

	byName map[string]*Image
}

// Get is the image of that name; nil for none.
func (a *Assessment) Get(name string) *Image { return a.byName[name] }

// Image is one image on its way to a release.
type Image struct {
	Name string
	// ContentTag is the tag of its content.
	ContentTag string
	// Digest is empty until the image exists in the registry.
	Digest string
	// Built says that this run built it.
	Built bool
	// Apart says that it is in the registry that stands in for the real one, or will be.
	Apart bool

	config     config.Image
	to         Destination
	repository string
	platforms  map[string]string
	// ready is closed when its making ended, well or not.
	ready chan struct{}
}

// Recorded is the image as a release record has it.
func (i *Image) Recorded() release.RecordedImage {
	return release.RecordedImage{Repository: i.config.Repository, Digest: i.Digest, Content: i.ContentTag, Platforms: i.platforms}
}

// Recorded are the images as a release record has them, by name.
func (a *Assessment) Recorded() map[string]release.RecordedImage {
	all := map[string]release.RecordedImage{}
	for _, image := range a.Images {
		all[image.Name] = image.Recorded()
	}
	return all
}

// Assess hashes every image's content and asks the registry for it. It starts
// no engine.
func (c *Catalog) Assess(ctx context.Context, to Destination) (*Assessment, error) {
	return c.AssessApart(ctx, to, nil)
}

// AssessApart is Assess for a dry run: an image whose content the registry does not
// have is looked for in another registry, apart, and built for that one. Without a
// registry to, all are.
func (c *Catalog) AssessApart(ctx context.Context, to, apart Destination) (*Assessment, error) {
	images, err := c.All(ctx)
	if err != nil {
		return nil, err
	}
	work := &Assessment{Configured: images, byName: map[string]*Image{}, Bases: NewBases(c.workspace)}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(registry.CallsAtOnce)
	for _, entry := range images {
		image := &Image{Name: entry.Name, config: entry.Value, ready: make(chan struct{})}
		work.Images = append(work.Images, image)
		work.byName[entry.Name] = image
		group.Go(func() error { return c.assess(ctx, image, work.Bases, to, apart) })
	}
	return work, group.Wait()
}

func (c *Catalog) assess(ctx context.Context, image *Image, bases *Bases, to, apart Destination) error {
	hash, err := c.Content(ctx, image.Name, image.config.Build, image.config.Platforms, bases)
	if err != nil {
		return err
	}
	image.ContentTag = content.Tag(hash)
	if to != nil {
		err = c.find(ctx, image, to)
	}
	if err == nil && image.Digest == "" && apart != nil {
		image.Apart = true
		err = c.find(ctx, image, apart)
	}
	return err
}

// find looks for the image's content in a registry, which it is built for if it is
// not there.
func (c *Catalog) find(ctx context.Context, image *Image, to Destination) error {
	image.to, image.repository = to, to.Repository(image.Name, image.config)
	found, err := c.workspace.Registry.Resolve(ctx, image.repository+":"+image.ContentTag)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("looking for the content of image %q: %w", image.Name, err)
	}
	image.Digest = found.Digest
	return c.readPlatforms(ctx, image)
}

// readPlatforms reads which platforms an image has, for the record.
func (c *Catalog) readPlatforms(ctx context.Context, image *Image) (err error) {
	image.platforms, err = c.workspace.Registry.Platforms(ctx, image.repository+"@"+image.Digest)
	return err
}

// Await waits until the image is in the registry, and says how to run it from there.
func (a *Assessment) Await(ctx context.Context, name string) (engine.Image, error) {
	image := a.byName[name]
	select {
	case <-image.ready:
	case <-ctx.Done():
		return engine.Image{}, context.Cause(ctx)
	}
	if image.Digest == "" {
		return engine.Image{}, fmt.Errorf("image %q was not built", name)
	}
	auth, err := image.to.Auth(ctx)
	return engine.Image{Reference: image.repository + "@" + image.Digest, Auth: auth, Insecure: image.to.Insecure()}, err
}
