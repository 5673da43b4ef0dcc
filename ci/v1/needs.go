// Code generated from ../needs.go by make update; DO NOT EDIT.

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
)

// ready says what a verb lacks, before anything starts.
func (s *Slipway) ready(c *config.Config, v verb, environments []config.Entry[config.Environment]) error {
	if err := s.complete(c, v, environments); err != nil {
		return err
	}
	if err := reachable(c, v, environments); err != nil {
		return err
	}
	if !v.targets {
		return nil
	}
	for i, e := range environments {
		only := v.only
		if i > 0 {
			only = nil
		}
		if err := remote(e.Value, only); err != nil {
			return err
		}
	}
	return nil
}

// complete makes sure that each secret that a verb needs was passed.
func (s *Slipway) complete(c *config.Config, v verb, environments []config.Entry[config.Environment]) error {
	passed := slices.Clone(s.SecretNames)
	for _, variable := range s.Variables {
		name, _, _ := strings.Cut(variable, "=")
		passed = append(passed, name)
	}
	needed := config.References(c.Registries)
	if v.needs != nil {
		needed = append(needed, v.needs(c)...)
	}
	if v.targets {
		for _, e := range environments {
			needed = append(needed, config.References(e.Value)...)
		}
	}
	missing := map[string]bool{}
	for _, name := range needed {
		if !slices.Contains(passed, name) {
			missing[name] = true
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var pass []string
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		pass = append(pass, fmt.Sprintf("with-secret --name %s --value env://%s", name, name))
	}
	return wrongUse("missing secrets that %s refers to; pass before the function: %s", c.Path, strings.Join(pass, " "))
}

// reachable refuses embedded registries: a container's disk goes with it.
func reachable(c *config.Config, v verb, environments []config.Entry[config.Environment]) error {
	names := v.registries
	if len(names) == 0 {
		for _, e := range environments {
			names = append(append(names, e.Value.Registry), e.Value.Mirror...)
		}
	}
	for _, name := range names {
		if r, ok := c.Registries.Get(name); ok && r.Embedded != nil {
			return wrongUse("registry %q is embedded: it is on the disk of one machine, and a function's container has none that stays; use another kind, or the slipway command line", name)
		}
	}
	return nil
}

// remote refuses what is on the machine that the command line runs on.
func remote(e config.Environment, only []string) error {
	if e.Journal != "" {
		return wrongUse("journal %q is a directory on the machine that slipway runs on, and a function's container is gone afterwards: keep it on a host, or use the slipway command line", e.Journal)
	}
	for _, target := range e.Deploy {
		if len(only) > 0 && !slices.Contains(only, target.Name) && !slices.Contains(only, "auto") {
			continue
		}
		if target.Value.OnThisMachine() {
			return wrongUse("target %q is on the machine that slipway runs on, and a function runs in a container: give it hosts, such as [deploy@app1.example.com], or use the slipway command line there", target.Name)
		}
	}
	return nil
}

// ofChecks are the secrets of the named checks, or of all.
func ofChecks(c *config.Config, names []string) []string {
	var found []string
	for _, check := range c.Checks {
		if len(names) > 0 && !slices.Contains(names, check.Name) {
			continue
		}
		found = append(found, config.References(check.Value)...)
		if check.Value.Build != nil {
			found = append(found, ofArtifacts(c, *check.Value.Build)...)
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
			found = append(found, config.References(image.Value)...)
			found = append(found, ofArtifacts(c, image.Value.Build)...)
		}
	}
	return found
}

func ofArtifacts(c *config.Config, b config.Build) []string {
	var found []string
	for name := range b.Artifacts {
		if artifact, ok := c.Artifacts.Get(name); ok {
			found = append(found, config.References(artifact)...)
			found = append(found, ofArtifacts(c, artifact.Build)...)
		}
	}
	return found
}
