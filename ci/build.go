package main

import (
	"context"
	"strings"

	"github.com/slipwayhq/slipway/ci/internal/dagger"
	"github.com/slipwayhq/slipway/pipelines"
	"github.com/slipwayhq/slipway/pipelines/config"
)

// Images that were built and not published.
type Built struct {
	// The images, in the order of slipway.yaml.
	Images []*BuiltImage
}

// An image that was built.
type BuiltImage struct {
	Name string
	// The image, ready to run, of its first platform.
	Container *dagger.Container
}

// Build the images and publish nothing
//
// Chain "container" to run, look into or export one: "container terminal",
// "container up --ports 8080:8080", "container export --path image.tar".
//
// +cache="never"
func (s *Slipway) Build(
	ctx context.Context,
	// Image to build; all of them when omitted.
	// +optional
	image []string,
) (*Built, error) {
	result := &Built{}
	err := s.do(ctx, verb{
		needs: func(c *config.Config) []string { return ofImages(c, image) },
		run: func(p *pipelines.Project) error {
			built, err := p.Build(ctx, pipelines.BuildOptions{Images: image})
			if err != nil {
				return err
			}
			for _, b := range built {
				container := dag.LoadContainerFromID(dagger.ContainerID(b.ID))
				result.Images = append(result.Images, &BuiltImage{Name: b.Name, Container: container})
			}
			return nil
		},
	})
	return result, err
}

// One of the images, ready to run
func (b *Built) Container(
	// Name of the image; not needed when there is only one.
	// +optional
	image string,
) (*dagger.Container, error) {
	var names []string
	for _, built := range b.Images {
		if built.Name == image || image == "" && len(b.Images) == 1 {
			return built.Container, nil
		}
		names = append(names, built.Name)
	}
	if image == "" {
		return nil, wrongUse("which image? use container --image with one of %s", strings.Join(names, ", "))
	}
	return nil, wrongUse("unknown image %q: there is %s", image, strings.Join(names, ", "))
}
