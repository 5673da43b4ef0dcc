package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var platform = regexp.MustCompile(`^[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?$`)

func (v validator) images() {
	images := v.config.Images
	v.inProject("images.bake", images.Bake)
	users := map[string]string{}
	for _, e := range images.Named {
		path := "images." + e.Name
		v.named(path, e.Name, component)
		v.build(path, e.Value.Build)
		v.platforms(path+".platforms", e.Value.Platforms)
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

func (v validator) platforms(path string, platforms []string) {
	for i, p := range platforms {
		at := index(path, i)
		switch {
		case !strings.Contains(p, "/") && p != "":
			v.report(v.place(at), at, "linux/"+p, "%q is not a platform: want os/architecture", p)
		default:
			v.matches(at, p, platform, "os/architecture, such as linux/amd64")
		}
		if p != "" && slices.Contains(platforms[:i], p) {
			v.wrong(at, "%q is there twice", p)
		}
	}
}

// build checks what images, artifacts and checks are built from.
func (v validator) build(path string, b Build) {
	v.inProject(path+".context", b.Context)
	v.inProject(path+".dockerfile", b.Dockerfile)
	for name, value := range b.Args {
		if at := join(path+".args", name); isReference(value) {
			v.wrong(at, "a build argument stays in the image's history: give a secret to the build with secrets")
		}
	}
	for id := range b.Secrets {
		v.secret(join(path+".secrets", id))
	}
	for name, where := range b.Contexts {
		if at := join(path+".contexts", name); where == "" {
			v.wrong(at, "can't be empty")
		}
	}
	for name, to := range b.Artifacts {
		at := join(path+".artifacts", name)
		v.refers(at, name, "artifact", v.config.Artifacts.Names())
		v.local(at, to, "the build context")
	}
}

// artifacts checks artifacts, and that none is needed to build itself.
func (v validator) artifacts() {
	for _, e := range v.config.Artifacts {
		path := "artifacts." + e.Name
		v.named(path, e.Name, entryName)
		v.build(path+".build", e.Value.Build)
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
