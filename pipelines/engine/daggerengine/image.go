package daggerengine

import (
	"context"
	"fmt"

	"dagger.io/dagger"

	"git.example/slipway/pipelines/engine"
)

// image is an image to run, pulled if it was not built here, for a platform or
// the engine's own.
func (e *Engine) image(ctx context.Context, image engine.Image, platform string) (*dagger.Container, error) {
	e.mu.Lock()
	built := e.built[image.Reference]
	e.mu.Unlock()
	if built != nil {
		return built, nil
	}
	at, err := e.endpoint(image.Reference, image.Insecure)
	if err != nil {
		return nil, err
	}
	release, err := e.login(ctx, at.host, image.Auth)
	if err != nil {
		return nil, err
	}
	defer release()
	pulled, err := e.client.Container(dagger.ContainerOpts{Platform: dagger.Platform(platform)}).From(at.reference, dagger.ContainerFromOpts{RegistryService: at.service}).Sync(ctx)
	if err != nil {
		return nil, explain(fmt.Sprintf("pulling image %q", image.Reference), err)
	}
	return pulled, nil
}

// buildToRun builds b for running it here, as an image that has no more than any
// other: of the build's secrets, Dagger would mount those into the container.
func (e *Engine) buildToRun(ctx context.Context, b engine.Build) (*dagger.Container, error) {
	built, release, err := e.build(ctx, b)
	if err != nil {
		return nil, explain(fmt.Sprintf("building image %q", b.Name), err)
	}
	defer release()
	return e.withoutSecrets(ctx, b, built[0])
}

func (e *Engine) withoutSecrets(ctx context.Context, b engine.Build, built *dagger.Container) (*dagger.Container, error) {
	if len(b.Secrets) == 0 {
		return built, nil
	}
	plain, err := e.client.Container().Import(built.AsTarball()).Sync(ctx)
	if err != nil {
		return nil, explain(fmt.Sprintf("taking the secrets out of image %q", b.Name), err)
	}
	return plain, nil
}

// ContainerID is the id of an image that was built without a push, by its
// reference. It is good in the session that this engine is part of.
func (e *Engine) ContainerID(ctx context.Context, reference string) (string, error) {
	e.mu.Lock()
	built := e.built[reference]
	e.mu.Unlock()
	if built == nil {
		return "", fmt.Errorf("finding image %q: this run did not build it", reference)
	}
	id, err := built.ID(ctx)
	if err != nil {
		return "", explain(fmt.Sprintf("finding image %q", reference), err)
	}
	return string(id), nil
}
