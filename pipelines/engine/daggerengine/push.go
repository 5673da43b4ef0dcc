package daggerengine

import (
	"context"
	"fmt"

	"dagger.io/dagger"
	"github.com/distribution/reference"

	"git.example/slipway/pipelines/engine"
)

// push publishes the platforms of an image.
func (r registries) push(ctx context.Context, platforms []*dagger.Container, to engine.Push) (engine.Built, error) {
	doing := fmt.Sprintf("pushing to %q", to.Repository)
	at, err := r.endpoint(to.Repository+":"+to.Tag, to.Insecure)
	if err != nil {
		return engine.Built{}, err
	}
	release, err := r.login(ctx, at.host, to.Auth)
	if err != nil {
		return engine.Built{}, err
	}
	defer release()
	published, err := platforms[0].Publish(ctx, at.reference, dagger.ContainerPublishOpts{
		PlatformVariants: platforms[1:],
		MediaTypes:       dagger.ImageMediaTypesOcimediaTypes,
		RegistryService:  at.service,
	})
	if err != nil {
		return engine.Built{}, explain(doing, err)
	}
	named, err := reference.ParseNormalizedNamed(published)
	if err != nil {
		return engine.Built{}, fmt.Errorf("%s: reading %q: %w", doing, published, err)
	}
	canonical, ok := named.(reference.Canonical)
	if !ok {
		return engine.Built{}, fmt.Errorf("%s: the Dagger engine gave no digest: %q", doing, published)
	}
	digest := canonical.Digest().String()
	return engine.Built{Digest: digest, Reference: to.Repository + "@" + digest, PushedTag: true}, nil
}
