package main

import (
	"context"
	"strings"

	"github.com/slipwayhq/slipway/ci/internal/dagger"
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
	var images []struct{ Name, ID string }
	_, err := s.do(ctx, verb{
		args:  flags{"build"}.list("--image", image),
		needs: func(c *config.Config) []string { return ofImages(c, image) },
	}, &images)
	if err != nil {
		return nil, err
	}
	result := &Built{}
	for _, built := range images {
		container := dag.LoadContainerFromID(dagger.ContainerID(built.ID))
		result.Images = append(result.Images, &BuiltImage{Name: built.Name, Container: container})
	}
	return result, nil
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
