package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"dagger.io/dagger"
	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/engine"
)

// imagesAtOnce is how many images of services are built or pulled at once: a
// machine of a CI provider has few cores.
const imagesAtOnce = 4

// composeImages brings the images of a check's services.
type composeImages struct {
	conn    *connection
	builder builder
	images  *images
	project composeProject
	// given replace what services build or name, by service.
	given map[string]engine.Image
	log   io.Writer
}

// all are the images of all services: given, built, or pulled.
func (c composeImages) all(ctx context.Context) (map[string]*dagger.Container, error) {
	names := c.project.model.ServiceNames()
	images := make([]*dagger.Container, len(names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(imagesAtOnce)
	for i, name := range names {
		group.Go(func() (err error) {
			images[i], err = c.image(ctx, c.project.model.Services[name])
			if err != nil {
				return fmt.Errorf("service %q: %w", name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	byName := map[string]*dagger.Container{}
	for i, name := range names {
		byName[name] = images[i]
	}
	return byName, nil
}

// image is the image of one service.
func (c composeImages) image(ctx context.Context, service types.ServiceConfig) (*dagger.Container, error) {
	if given, ok := c.given[service.Name]; ok {
		return c.images.find(ctx, given, service.Platform)
	}
	if service.Build == nil {
		service = c.builderOf(service)
	}
	if service.Build == nil {
		if service.Image == "" {
			return nil, errors.New("it has neither image nor build")
		}
		return c.images.find(ctx, engine.Image{Reference: service.Image}, service.Platform)
	}
	build, err := c.project.build(service)
	if err != nil {
		return nil, err
	}
	if service.Build.DockerfileInline != "" {
		remove, err := writeInline(&build, service.Build.DockerfileInline)
		if err != nil {
			return nil, err
		}
		defer remove()
	}
	followed, f := c.conn.logs.follow(ctx, c.log)
	defer f.done(ctx, 0)
	return c.builder.runnable(followed, build)
}

// builderOf is the service that builds the image which another one names, else
// that service itself.
func (c composeImages) builderOf(service types.ServiceConfig) types.ServiceConfig {
	for _, name := range c.project.model.ServiceNames() {
		if other := c.project.model.Services[name]; other.Build != nil && other.Image != "" && other.Image == service.Image {
			return other
		}
	}
	return service
}

// writeInline writes a Dockerfile that stands in the compose file.
func writeInline(b *engine.Build, content string) (remove func(), err error) {
	dir, err := os.MkdirTemp("", "slipway-dockerfile-")
	if err != nil {
		return nil, err
	}
	b.Dockerfile = filepath.Join(dir, "Dockerfile")
	return func() { os.RemoveAll(dir) }, os.WriteFile(b.Dockerfile, []byte(content), 0o600)
}
