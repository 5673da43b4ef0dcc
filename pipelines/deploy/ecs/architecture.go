package ecs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// architectures are the words of a task definition for those of an image.
var architectures = map[string]string{"X86_64": "amd64", "ARM64": "arm64"}

// checkArchitecture refuses images that the task can't run: built for other processors
// than it asks for. What a release does not say of an image is left to ECS.
func (d document) checkArchitecture(assigned map[string]string, release deploy.Desired) error {
	platform, _ := d["runtimePlatform"].(map[string]any)
	word := textOf(platform["cpuArchitecture"])
	from := fmt.Sprintf("its runtimePlatform says %s", word)
	if word == "" {
		if !d.fargate() {
			return nil // whatever the instances are
		}
		word, from = "X86_64", "it has no runtimePlatform, and then Fargate takes X86_64"
	}
	want, known := architectures[strings.ToUpper(word)]
	if !known {
		return nil
	}
	for _, container := range slices.Sorted(maps.Keys(assigned)) {
		platforms := slices.Sorted(maps.Keys(release.Release.Images[assigned[container]].Platforms))
		if len(platforms) == 0 || slices.ContainsFunc(platforms, func(p string) bool { return architectureOf(p) == want }) {
			continue
		}
		return fmt.Errorf(`container %q can't run image %q, which is built for %s: %s; build it with platforms: [linux/%s] in slipway.yaml, or write "runtimePlatform": {"cpuArchitecture": %q}`,
			container, assigned[container], strings.Join(platforms, ", "), from, want, wordOf(architectureOf(platforms[0])))
	}
	return nil
}

// architectureOf is the processor of a platform such as "linux/arm64/v8".
func architectureOf(platform string) string {
	_, rest, _ := strings.Cut(platform, "/")
	architecture, _, _ := strings.Cut(rest, "/")
	return architecture
}

// wordOf is a task definition's word for an image's processor.
func wordOf(architecture string) string {
	for word, is := range architectures {
		if is == architecture {
			return word
		}
	}
	return strings.ToUpper(architecture)
}
