package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"dagger.io/dagger"
	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// imagesParallel is how many images of services are built or pulled at once.
const imagesParallel = 4

// images are the images of all services: given, built, or pulled.
func (c *composeCheck) images(ctx context.Context) (map[string]*dagger.Container, error) {
	names := c.project.ServiceNames()
	images := make([]*dagger.Container, len(names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(imagesParallel)
	for i, name := range names {
		group.Go(func() (err error) {
			images[i], err = c.image(ctx, c.project.Services[name])
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

func (c *composeCheck) image(ctx context.Context, service types.ServiceConfig) (*dagger.Container, error) {
	if given, ok := c.spec.Images[service.Name]; ok {
		return c.engine.image(ctx, given, service.Platform)
	}
	if service.Build == nil {
		service = c.builderOf(service)
	}
	if service.Build == nil {
		if service.Image == "" {
			return nil, errors.New("it has neither image nor build")
		}
		return c.engine.image(ctx, engine.Image{Reference: service.Image}, service.Platform)
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
	followed, f := c.engine.logs.follow(ctx, c.log)
	defer f.done(ctx, 0)
	return c.engine.buildToRun(followed, build)
}

// builderOf is the service that builds the image which another one names, else
// that service itself.
func (c *composeCheck) builderOf(service types.ServiceConfig) types.ServiceConfig {
	for _, name := range c.project.ServiceNames() {
		if other := c.project.Services[name]; other.Build != nil && other.Image != "" && other.Image == service.Image {
			return other
		}
	}
	return service
}

// build is a service's build section. Caches are left out: they change nothing
// but the time it takes.
func (p composeProject) build(service types.ServiceConfig) (engine.Build, error) {
	section := service.Build
	b := engine.Build{
		Name: service.Name, Context: section.Context, Dockerfile: section.Dockerfile, Target: section.Target,
		Args: map[string]string{}, Labels: section.Labels, Contexts: section.AdditionalContexts,
		Secrets: map[string]secrets.Value{},
	}
	if b.Dockerfile == "" {
		b.Dockerfile = "Dockerfile"
	}
	if service.Platform != "" {
		b.Platforms = []string{service.Platform}
	} else if len(section.Platforms) > 0 {
		b.Platforms = section.Platforms[:1]
	} else {
		b.Platforms = []string{""} // the engine's own
	}
	for name, value := range section.Args {
		if value != nil {
			b.Args[name] = *value
		} else if value, ok := p.Environment[name]; ok {
			b.Args[name] = value
		}
	}
	for _, key := range section.SSH {
		agent := key.ID
		if key.Path != "" {
			agent += "=" + key.Path
		}
		b.SSH = append(b.SSH, agent)
	}
	for _, used := range section.Secrets {
		content, err := p.content(types.FileObjectConfig(p.Secrets[used.Source]))
		if err != nil {
			return b, fmt.Errorf("service %q: secret %q: %w", service.Name, used.Source, err)
		}
		id := used.Target
		if id == "" {
			id = used.Source
		}
		b.Secrets[id] = secrets.NewValue(p.secrets.reveal(content))
	}
	return b, nil
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
