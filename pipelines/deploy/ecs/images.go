package ecs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

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
// its own gets today's: its document is the next release's, too.
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

// checkImages wants the images to be there that services are to be moved to. On
// the way back after a failure nothing is asked: there is no other way.
func (t *Target) checkImages(ctx context.Context, d deploy.Desired, services []sight) error {
	if t.Exists == nil || d.Reachable {
		return nil
	}
	wanted := map[string]string{}
	for _, s := range services {
		if s.runs() {
			continue
		}
		for _, image := range s.assigned {
			wanted[image] = s.spec.Name
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for image, service := range wanted {
		group.Go(func() error {
			if err := t.Exists(ctx, d.Images[image].Reference); err != nil {
				return fmt.Errorf("service %q: image %q: %w", service, image, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// repositoryOf is an image reference without its tag and digest.
func repositoryOf(reference string) string {
	repository, _, _ := strings.Cut(reference, "@")
	if colon := strings.LastIndexByte(repository, ':'); colon > strings.LastIndexByte(repository, '/') {
		repository = repository[:colon]
	}
	return repository
}

// withoutHost is a repository without its registry. A first part with a dot or
// a colon is a host, as Docker has it.
func withoutHost(repository string) string {
	host, rest, ok := strings.Cut(repository, "/")
	if ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		return rest
	}
	return repository
}

// floating says that a reference names no version: no tag, or latest.
func floating(reference string) bool {
	if strings.Contains(reference, "@") {
		return false
	}
	tag := strings.TrimPrefix(reference[len(repositoryOf(reference)):], ":")
	return tag == "" || tag == "latest"
}

// short cuts the digest of a reference.
func short(reference string) string {
	repository, digest, ok := strings.Cut(reference, "@sha256:")
	if !ok {
		return reference
	}
	return fmt.Sprintf("%s@%.12s", repository, digest)
}
