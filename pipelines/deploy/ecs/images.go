package ecs

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// assign says which image of the release each container of a service runs:
// container to image. Containers of other projects are not among them.
func (s serviceSpec) assign(d document, images map[string]deploy.Image) (map[string]string, error) {
	if err := s.checkNames(d); err != nil {
		return nil, err
	}
	assigned := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Containers)) {
		image := s.Containers[name]
		if _, ok := images[image]; !ok {
			return nil, fmt.Errorf("container %q is to run image %q, which this release does not have; it has %s", name, image, strings.Join(slices.Sorted(maps.Keys(images)), ", "))
		}
		assigned[name] = image
	}
	for _, c := range d.containers() {
		if _, done := assigned[c.name()]; done {
			continue
		}
		image := imageOf(c, images)
		switch {
		case image != "" && len(s.Containers) > 0:
			return nil, fmt.Errorf("container %q runs image %q of this project and slipway.yaml does not say so: add it to containers", c.name(), image)
		case image != "":
			assigned[c.name()] = image
		}
	}
	if len(assigned) == 0 {
		return nil, fmt.Errorf("none of its containers (%s) runs an image of this project: name it, such as containers: {%s: %s}",
			strings.Join(d.containerNames(), ", "), d.containerNames()[0], slices.Sorted(maps.Keys(images))[0])
	}
	return assigned, nil
}

// imageOf is the release's image that a container runs: by its repository, in
// whichever registry, else by the container's name.
func imageOf(c container, images map[string]deploy.Image) string {
	repository := repositoryOf(c.image())
	names := slices.Sorted(maps.Keys(images))
	for _, same := range []func(a, b string) bool{
		func(a, b string) bool { return a == b },
		func(a, b string) bool { return withoutHost(a) == withoutHost(b) },
	} {
		for _, name := range names {
			if same(repository, images[name].Repository()) {
				return name
			}
		}
	}
	if _, ok := images[c.name()]; ok {
		return c.name()
	}
	return ""
}

// pinned is a document whose containers run the release's images, by digest, and
// get the secrets in the versions that are pinned. A service without a file of
// its own gets the current ones: its document is the next release's, too.
func (s serviceSpec) pinned(d document, release deploy.Desired) (document, map[string]string, error) {
	images := release.Images
	if len(images) == 0 {
		return nil, nil, errors.New("the release has no images")
	}
	assigned, err := s.assign(d, images)
	if err != nil {
		return nil, nil, err
	}
	references := map[string]string{}
	for name, image := range assigned {
		references[name] = images[image].Reference
	}
	d = d.withImages(references)
	if s.TaskDefinition != "" {
		d = d.withSecrets(release.PinnedSecrets)
	}
	for _, c := range d.containers() {
		if _, ours := assigned[c.name()]; !ours && floating(c.image()) {
			return nil, nil, fmt.Errorf("container %q runs %q, which can be another image tomorrow: write a version or a digest", c.name(), c.image())
		}
	}
	return d, assigned, nil
}
