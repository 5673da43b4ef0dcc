package config

import (
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var platform = lazy.Regexp(`^[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?$`)

func validateImages(v validator) {
	images := v.config.Images
	v.inProject("images.bake", images.Bake)
	users := map[string]string{}
	for _, e := range images.Named {
		path := "images." + e.Name
		v.named(path, e.Name, component())
		validateBuild(v, path, e.Value.Build)
		validatePlatforms(v, path+".platforms", e.Value.Platforms)
		v.repository(path+".repository", e.Value.Repository)
		repository := e.Value.Repository
		if repository == "" {
			repository = v.config.Project + "/" + e.Name
		}
		if other, taken := users[repository]; taken {
			v.wrong(path+".repository", "image %q has this repository already", other)
		}
		users[repository] = e.Name
	}
}

func validatePlatforms(v validator, path string, platforms []string) {
	for i, p := range platforms {
		at := index(path, i)
		switch {
		case !strings.Contains(p, "/") && p != "":
			v.report(v.position(at), at, "linux/"+p, "%q is not a platform: want os/architecture", p)
		default:
			v.matches(at, p, platform(), "os/architecture, such as linux/amd64")
		}
		if p != "" && slices.Contains(platforms[:i], p) {
			v.wrong(at, "%q is there twice", p)
		}
	}
}
