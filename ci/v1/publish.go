// Code generated from ../publish.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"slices"

	"git.example/slipway/pipelines/config"
)

// A release in the registry.
type Release struct {
	// Tag of all its images, such as 75_db4b44b.
	Tag string
	// Full commit that it was made from.
	Commit string
	// Its images.
	Images []*PublishedImage
	// All of it to read, as the slipway command line prints it.
	Text string
	// All of it as JSON, as "slipway --json" prints it.
	Json string
}

// An image of a release.
type PublishedImage struct {
	Name string
	// Repository and tag.
	Reference string
	// What the reference stands for: sha256:…
	Digest string
}

// Run the checks, build what changed, and write the release
//
// Images whose content has been published before are reused. All get the
// release's tag, and the release record is written last: killed or run twice, it
// ends in the same digests. It goes to the registry and the mirrors of an
// environment, or to the registries that are named. Chain "tag", "images digest",
// "text" or "json".
//
// +cache="never"
func (s *Slipway) Publish(
	ctx context.Context,
	// Registry of slipway.yaml to publish to instead, the first one first.
	// +optional
	registry []string,
	// Publish without the checks; a protected environment refuses such a release.
	// +optional
	skipChecks bool,
	// Run checks whose very inputs have passed before.
	// +optional
	rerunChecks bool,
) (*Release, error) {
	env := s.Environment
	published := &Release{}
	e, err := s.do(ctx, verb{
		args: publishFlags(flags{"publish"}, skipChecks, rerunChecks).list("--registry", registry),
		in:   publishedEnvironments, env: env, changes: true, needs: ofPublish(skipChecks), registries: registry,
	}, published)
	if err != nil {
		return nil, err
	}
	published.Text, published.Json = e.text, e.json
	return published, nil
}

func publishFlags(f flags, skipChecks, rerunChecks bool) flags {
	return f.is("--skip-checks", skipChecks).is("--rerun-checks", rerunChecks)
}

// ofPublish are the secrets of the builds, and of the checks unless they are
// skipped.
func ofPublish(skipChecks bool) func(*config.Config) []string {
	return func(c *config.Config) []string {
		if skipChecks {
			return ofImages(c, nil)
		}
		return slices.Concat(ofChecks(c, nil), ofImages(c, nil))
	}
}
