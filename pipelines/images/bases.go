package images

import (
	"context"
	"fmt"

	"github.com/distribution/reference"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/keyed"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// Bases finds the digests of base images, each reference once.
type Bases struct {
	workspace *workspace.Workspace
	digests   keyed.Once[string, string]
}

// NewBases has found none yet.
func NewBases(w *workspace.Workspace) *Bases {
	return &Bases{workspace: w}
}

// digestsOf are the digests of all images that a build starts from or copies from.
func (b *Bases) digestsOf(ctx context.Context, name, dir string, c config.Build, platforms []string) (map[string]string, error) {
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
			if digests[reference], err = b.Digest(ctx, reference); err != nil {
				return nil, fmt.Errorf("image %q: %w", name, err)
			}
		}
	}
	return digests, nil
}

// Digest is what an image reference stands for.
func (b *Bases) Digest(ctx context.Context, image string) (string, error) {
	named, err := reference.ParseDockerRef(image)
	if err != nil {
		return "", fmt.Errorf("reading image reference %q: %w", image, err)
	}
	return b.digests.Do(ctx, named.String(), func(ctx context.Context) (string, error) { return b.resolve(ctx, named.String()) })
}

// localImages is an engine that may have images which no registry that can be
// reached from here knows: imported or built on this machine, or from a mirror.
type localImages interface {
	LocalDigest(ctx context.Context, reference string) (digest string, ok bool, err error)
}

// resolve asks the image's registry, so that all machines agree; where none
// answers, it is what the engine has under that name, which is what the build
// will use.
func (b *Bases) resolve(ctx context.Context, reference string) (string, error) {
	found, err := b.workspace.Registry.Resolve(ctx, reference)
	if err == nil {
		return found.Digest, nil
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	e, engineErr := b.workspace.Engine.Get(ctx)
	if local, ok := e.(localImages); ok && engineErr == nil {
		digest, there, localErr := local.LocalDigest(ctx, reference)
		if localErr == nil && there {
			b.workspace.Notice(report.Warning, "base image %s is taken as the %s engine has it: no registry answered for it (%v)", reference, e.Name(), err)
			return digest, nil
		}
		if localErr == nil {
			return "", fmt.Errorf("finding base image %q: %w; and the %s engine has no image of that name", reference, err, e.Name())
		}
		engineErr = localErr
	}
	if engineErr != nil {
		return "", fmt.Errorf("finding base image %q: %w; and the engine could not be asked for it: %w", reference, err, engineErr)
	}
	return "", fmt.Errorf("finding base image %q: %w", reference, err)
}
