package pipelines

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/distribution/reference"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/registry"
)

// assessment is what a publish finds: each image's content, and whether the
// registry has it.
type assessment struct {
	configured config.Map[config.Image]
	images     []*assessedImage
	byName     map[string]*assessedImage
	bases      *baseDigests
}

// assessedImage is one image on its way to a release.
type assessedImage struct {
	name       string
	config     config.Image
	repository string
	contentTag string
	// digest is empty until the image exists in the registry; ready is closed
	// when its making ended, well or not.
	digest string
	ready  chan struct{}
	// built says that this run built it.
	built     bool
	platforms map[string]string
	bases     *baseDigests
}

// assess hashes every image's content and asks the registry for it. It starts
// no engine.
func (p *Project) assess(ctx context.Context, to destination) (*assessment, error) {
	images, err := p.images(ctx)
	if err != nil {
		return nil, err
	}
	work := &assessment{configured: images, byName: map[string]*assessedImage{}, bases: newBaseDigests(p)}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(registryParallel)
	for _, entry := range images {
		image := &assessedImage{
			name: entry.Name, config: entry.Value, ready: make(chan struct{}),
			repository: to.repository(entry.Name, entry.Value), bases: work.bases,
		}
		work.images = append(work.images, image)
		work.byName[entry.Name] = image
		group.Go(func() error { return p.assessImage(ctx, image) })
	}
	return work, group.Wait()
}

func (p *Project) assessImage(ctx context.Context, image *assessedImage) error {
	hash, err := p.content(ctx, image.name, image.config.Build, image.config.Platforms, image.bases)
	if err != nil {
		return err
	}
	image.contentTag = content.Tag(hash)
	found, err := p.registry.Resolve(ctx, image.repository+":"+image.contentTag)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("looking for the content of image %q: %w", image.name, err)
	}
	image.digest = found.Digest
	return p.platforms(ctx, image)
}

// content is the hash of everything that a build is made from.
func (p *Project) content(ctx context.Context, name string, c config.Build, platforms []string, bases *baseDigests) (content.Hash, error) {
	platforms = orDefault(platforms)
	digests, err := bases.of(ctx, name, p.contextDir(c), c, platforms)
	if err != nil {
		return "", err
	}
	in := content.Inputs{
		Name: name, Context: p.contextDir(c), Dockerfile: c.Dockerfile, Target: c.Target, Args: c.Args,
		Platforms: platforms, Bases: digests, Secrets: slices.Sorted(maps.Keys(c.Secrets)), SSH: c.SSH,
		Contexts: map[string]string{}, Commit: p.Info.Commit,
	}
	for context, where := range c.Contexts {
		in.Contexts[context] = p.namedContext(where)
	}
	for artifact, destination := range c.Artifacts {
		a, _ := p.Config.Artifacts.Get(artifact)
		made, err := p.content(ctx, "artifact "+artifact, a.Build, nil, bases)
		if err != nil {
			return "", err
		}
		in.Overlays = append(in.Overlays, content.Overlay{Content: made, Path: a.Path, Destination: destination})
	}
	return p.hasher.Content(ctx, in)
}

// orDefault is the platforms, or this machine's own.
func orDefault(platforms []string) []string {
	if len(platforms) == 0 {
		return []string{"linux/" + runtime.GOARCH}
	}
	return platforms
}

// baseDigests finds the digests of base images, each reference once.
type baseDigests struct {
	project *Project
	mu      sync.Mutex
	found   map[string]func() (string, error)
}

func newBaseDigests(p *Project) *baseDigests {
	return &baseDigests{project: p, found: map[string]func() (string, error){}}
}

// of are the digests of all images that a build starts from or copies from.
func (b *baseDigests) of(ctx context.Context, name, dir string, c config.Build, platforms []string) (map[string]string, error) {
	dockerfile, err := content.ReadDockerfile(dir, c.Dockerfile)
	if err != nil {
		return nil, fmt.Errorf("image %q: %w", name, err)
	}
	digests := map[string]string{}
	for _, platform := range platforms {
		references, err := content.Bases(content.BaseInputs{
			Dockerfile: dockerfile, Target: c.Target, Args: c.Args, Platform: platform, Contexts: c.Contexts,
		})
		if err != nil {
			return nil, fmt.Errorf("image %q: %w", name, err)
		}
		for _, reference := range references {
			if digests[reference], err = b.digest(ctx, reference); err != nil {
				return nil, fmt.Errorf("image %q: %w", name, err)
			}
		}
	}
	return digests, nil
}

func (b *baseDigests) digest(ctx context.Context, image string) (string, error) {
	named, err := reference.ParseDockerRef(image)
	if err != nil {
		return "", fmt.Errorf("reading image reference %q: %w", image, err)
	}
	reference := named.String()
	b.mu.Lock()
	find := b.found[reference]
	if find == nil {
		find = sync.OnceValues(func() (string, error) { return b.project.baseDigest(ctx, reference) })
		b.found[reference] = find
	}
	b.mu.Unlock()
	return find()
}
