package lint

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
)

func imageRules() []Rule {
	return []Rule{
		{
			ID: "build-in-production", Title: "build: in a deployed compose file", Severity: Error,
			Why:     "With build:, compose pull does nothing and up builds on the server: the logs show success while the wrong image runs.",
			refuses: true,
			check:   eachService(buildInProduction),
		},
		{
			ID: "image-latest", Title: "latest, or no tag, in a deployed compose file", Severity: Error,
			Why:     "What latest means changes without a line of the repository changing; a rollback can't bring the former image back.",
			refuses: true,
			check:   eachService(imageLatest),
		},
		{
			ID: "release-tag", Title: "one of our images with a fixed tag", Severity: Warning,
			Why:   "Slipway pins the image by digest, but whoever runs compose by hand gets the tag that the file has.",
			check: eachService(fixedTag),
		},
		{
			ID: "image-unreachable", Title: "one of our images from another registry", Severity: Error,
			Why:   "A release reaches the services whose repository is the environment's; any other goes on running what it runs.",
			check: imageUnreachable,
		},
		{
			ID: "image-digest", Title: "an image of others without a digest", Severity: Info,
			Why:   "A tag of somebody else's image can move; a digest can't.",
			check: eachService(withoutDigest),
		},
	}
}

func buildInProduction(s *stack, service types.ServiceConfig, found finder) {
	if service.Build != nil {
		found(s.at(service.Name, "build"),
			fmt.Sprintf("service %s has build:, so that the server builds its own image", service.Name),
			"keep build: in a compose file for development; here, name the image with image:")
	}
}

func imageLatest(s *stack, service types.ServiceConfig, found finder) {
	if !isLatest(service.Image) {
		return
	}
	fix := "name a version and a digest: image:1.2.3@sha256:…"
	if image, ours := s.image(service.Name); ours {
		fix = releaseTagFix(image)
	}
	found(s.at(service.Name, "image"), fmt.Sprintf("the image of service %s has the tag latest, or none", service.Name), fix)
}

func fixedTag(s *stack, service types.ServiceConfig, found finder) {
	image, ours := s.image(service.Name)
	if !ours || isLatest(service.Image) || isRelease(service.Image) {
		return
	}
	found(s.at(service.Name, "image"),
		fmt.Sprintf("service %s runs our image %s, but its tag is not the release's", service.Name, image), releaseTagFix(image))
}

func releaseTagFix(image string) string {
	return fmt.Sprintf("end the reference of %s with :${DEPLOY_TAG}; Slipway sets it", image)
}

func imageUnreachable(p *project, found finder) {
	for _, s := range p.targets() {
		for _, service := range s.services() {
			used := composefile.Repository(service.Image)
			if _, ours := s.image(service.Name); ours || used == "" {
				continue
			}
			for _, image := range p.images {
				here := s.registry.Repository(p.config.Project, image.Name, image.Value)
				if pathOf(used) != pathOf(composefile.Repository(here)) && !p.elsewhere(used, image.Name) {
					continue
				}
				found(s.at(service.Name, "image"),
					fmt.Sprintf("service %s names our image %s, but not in the registry of environment %s: no release reaches it", service.Name, image.Name, s.environment),
					"write image: "+p.suggested(s.environment, image.Name))
			}
		}
	}
}

func withoutDigest(s *stack, service types.ServiceConfig, found finder) {
	_, digest := versionOf(service.Image)
	if _, ours := s.image(service.Name); ours || digest || service.Image == "" || isLatest(service.Image) {
		return
	}
	found(s.at(service.Name, "image"),
		fmt.Sprintf("the image of service %s has a tag but no digest", service.Name),
		fmt.Sprintf("docker buildx imagetools inspect %s shows the digest to add", service.Image))
}
