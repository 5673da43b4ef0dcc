package main

import (
	"maps"
	"slices"

	"github.com/slipwayhq/slipway/pipelines/config"
)

// references are those to secrets of everything that functions do.
func references(c *config.Config) []string {
	return slices.Concat(logins(c), ofChecks(c, nil), ofImages(c, nil))
}

// logins are the logins of registries, which every verb reads.
func logins(c *config.Config) []string {
	var found []string
	for _, r := range c.Registries {
		if oci := r.Value.OCI; oci != nil {
			found = append(found, oci.Username, oci.Password)
		}
	}
	return found
}

// ofChecks are the values of the named checks, or of all.
func ofChecks(c *config.Config, names []string) []string {
	var found []string
	for _, check := range c.Checks {
		if len(names) > 0 && !slices.Contains(names, check.Name) {
			continue
		}
		found = slices.AppendSeq(found, maps.Values(check.Value.Env))
		if check.Value.Build != nil {
			found = append(found, ofBuild(c, *check.Value.Build)...)
		}
	}
	return found
}

// ofImages are the build secrets of the named images, or of all. Those of bake
// files are named when they are needed.
func ofImages(c *config.Config, names []string) []string {
	var found []string
	for _, image := range c.Images.Named {
		if len(names) == 0 || slices.Contains(names, image.Name) {
			found = append(found, ofBuild(c, image.Value.Build)...)
		}
	}
	return found
}

func ofBuild(c *config.Config, b config.Build) []string {
	found := slices.Collect(maps.Values(b.Secrets))
	for name := range b.Artifacts {
		if artifact, ok := c.Artifacts.Get(name); ok {
			found = append(found, ofBuild(c, artifact.Build)...)
		}
	}
	return found
}
