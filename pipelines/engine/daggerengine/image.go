package daggerengine

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"sync"

	"dagger.io/dagger"

	"git.example/slipway/pipelines/engine"
)

// images are those that this run built or pulls.
type images struct {
	conn       *connection
	registries registries
	builder    builder

	mu sync.Mutex
	// built are the images that were built without a push, by reference.
	built map[string]*dagger.Container
}

// find is an image to run, pulled if it was not built here, for a platform or
// the engine's own.
func (s *images) find(ctx context.Context, image engine.Image, platform string) (*dagger.Container, error) {
	s.mu.Lock()
	built := s.built[image.Reference]
	s.mu.Unlock()
	if built != nil {
		return built, nil
	}
	at, err := s.registries.endpoint(image.Reference, image.Insecure)
	if err != nil {
		return nil, err
	}
	release, err := s.registries.login(ctx, at.host, image.Auth)
	if err != nil {
		return nil, err
	}
	defer release()
	pulled, err := s.conn.client.Container(dagger.ContainerOpts{Platform: dagger.Platform(platform)}).From(at.reference, dagger.ContainerFromOpts{RegistryService: at.service}).Sync(ctx)
	if err != nil {
		return nil, explain(fmt.Sprintf("pulling image %q", image.Reference), err)
	}
	return pulled, nil
}

// build builds an image, and pushes it or keeps it under a reference.
func (s *images) build(ctx context.Context, b engine.Build, push *engine.Push, log io.Writer) (engine.Built, error) {
	followed, f := s.conn.logs.follow(ctx, log)
	defer f.done(ctx, 0)
	images, release, err := s.builder.build(followed, b)
	if err != nil {
		return engine.Built{}, explain(fmt.Sprintf("building image %q", b.Name), err)
	}
	defer release()
	if push != nil {
		return s.registries.push(followed, images, *push)
	}
	image, err := s.builder.withoutSecrets(followed, b, images[0])
	if err != nil {
		return engine.Built{}, err
	}
	reference := Name + ":" + s.conn.next()
	s.mu.Lock()
	s.built[reference] = image
	s.mu.Unlock()
	return engine.Built{Reference: reference}, nil
}

// containerID is the id of an image as Engine.ContainerID says.
func (s *images) containerID(ctx context.Context, reference string) (string, error) {
	s.mu.Lock()
	built := s.built[reference]
	s.mu.Unlock()
	if built == nil {
		return "", fmt.Errorf("finding image %q: this run did not build it", reference)
	}
	id, err := built.ID(ctx)
	if err != nil {
		return "", explain(fmt.Sprintf("finding image %q", reference), err)
	}
	return string(id), nil
}

// export builds b and copies out of it as Engine.Export says.
func (s *images) export(ctx context.Context, b engine.Build, from, dest string, log io.Writer) error {
	followed, f := s.conn.logs.follow(ctx, log)
	defer f.done(ctx, 0)
	doing := fmt.Sprintf("building %q", b.Name)
	if _, err := os.Lstat(dest); err == nil {
		return fmt.Errorf("%s: %q exists already", doing, dest)
	}
	built, release, err := s.builder.build(followed, b)
	if err != nil {
		return explain(doing, err)
	}
	defer release()
	there, err := bring(followed, built[0], path.Join("/", from), dest)
	if err != nil {
		return explain(doing, err)
	}
	if !there {
		return fmt.Errorf("%s: the image has no %q", doing, from)
	}
	return nil
}
