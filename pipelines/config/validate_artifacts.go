package config

import (
	"fmt"
	"slices"
	"strings"
)

// validateArtifacts checks artifacts, and that none is needed to build itself.
func validateArtifacts(v validator) {
	for _, e := range v.config.Artifacts {
		path := "artifacts." + e.Name
		v.named(path, e.Name, entryName())
		validateBuild(v, path+".build", e.Value.Build)
		v.absolute(path+".path", e.Value.Path)
	}
	needs := func(name string) []string {
		a, _ := v.config.Artifacts.Get(name)
		names := make([]string, 0, len(a.Build.Artifacts))
		for n := range a.Build.Artifacts {
			names = append(names, n)
		}
		slices.Sort(names)
		return names
	}
	for _, circle := range circles(v.config.Artifacts.Names(), needs) {
		v.wrong(fmt.Sprintf("artifacts.%s.build.artifacts.%s", circle[0], circle[1]),
			"artifacts need each other in a circle: %s", strings.Join(circle, " -> "))
	}
}
