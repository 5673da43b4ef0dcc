// Code generated from ../build.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"strings"

	"git.example/slipway/ci/v1/internal/dagger"
	"git.example/slipway/pipelines/config"
)

// Images that were built and not published.
type Built struct {
	// Names of the images.
	Names []string
	// +private
	Containers []*dagger.Container
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
		result.Names = append(result.Names, built.Name)
		result.Containers = append(result.Containers, dagger.Ref[*dagger.Container](dag, dagger.ID(built.ID)))
	}
	return result, nil
}

// One of the images, ready to run, of its first platform
func (b *Built) Container(
	// Name of the image; not needed when there is only one.
	// +optional
	image string,
) (*dagger.Container, error) {
	for i, name := range b.Names {
		if name == image || image == "" && len(b.Names) == 1 {
			return b.Containers[i], nil
		}
	}
	names := strings.Join(b.Names, ", ")
	if image == "" {
		return nil, wrongUse("which image? use container --image with one of %s", names)
	}
	return nil, wrongUse("unknown image %q: there is %s", image, names)
}
