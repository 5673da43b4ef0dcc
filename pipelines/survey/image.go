package survey

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/dockerfile"
)

// Image is one image that the repository builds.
type Image struct {
	// Name is its name; Context its directory, relative to the project.
	Name, Context string
	// File is the Dockerfile, relative to the project; Target is empty for the last
	// stage.
	File, Target            string
	Args, Secrets, Contexts map[string]string
	// Platforms are those that the evidence builds for.
	Platforms []string
	// Evidence says why it is one, and why so: the file, and what in it.
	Evidence string
	// Service is the compose service that builds it, with the compose file.
	Service, Compose string
	// Repository is set where a compose file calls it otherwise than Slipway would.
	Repository string
	// Tags are the repositories that the evidence tags it as.
	Tags []string
	// Before are steps of the evidence's job that make files which it is built from.
	Before []string
	// Missing are COPY sources that git does not have, or the ignore file leaves out.
	Missing []Missing
	// Parsed is the Dockerfile.
	Parsed *dockerfile.File

	kind kind
}

// Missing is a COPY source that a builder would not find.
type Missing struct {
	Path string
	Line int
	// Ignored says that the repository has it and the ignore file leaves it out.
	Ignored bool
}

// kind is what kind of evidence there is; the lower one wins.
type kind int

const (
	byCompose kind = iota
	byBake
	byWorkflow
	byCircleCI
	byMakefile
	bySkaffold
	// byOther is a compose file for development or tests.
	byOther
	byPlace
)

// Dockerfile is the path as slipway.yaml has it: relative to the context, and
// empty for the usual one.
func (i Image) Dockerfile() string {
	name, err := filepath.Rel(i.Context, i.File)
	if err != nil || name == "Dockerfile" {
		return ""
	}
	return filepath.ToSlash(name)
}

// Buildable says that everything is there that its Dockerfile copies.
func (i Image) Buildable() bool { return len(i.Missing) == 0 }

// Stage is the stage that is released.
func (i Image) Stage() *dockerfile.Stage { return i.Parsed.Target(i.Target) }

// Left is something that was found and is no image of the release.
type Left struct{ What, Why string }

// Missing are the sources of the image that a builder would not find.
func (t *Tree) Missing(i Image) []Missing {
	var all []Missing
	patterns := t.ignored(i.Context, i.File)
	for _, s := range i.Parsed.Sources(i.Target) {
		switch {
		case !t.has(i.Context, s):
			all = append(all, Missing{Path: s.Path, Line: s.Line})
		case t.leftOut(i.Context, s.Path, patterns):
			all = append(all, Missing{Path: s.Path, Line: s.Line, Ignored: true})
		}
	}
	return all
}

// contexts are where a Dockerfile's sources might be: its own folder, then each
// one above up to the project's.
func contexts(file string) []string {
	all := []string{path.Dir(file)}
	for all[len(all)-1] != "." {
		all = append(all, path.Dir(all[len(all)-1]))
	}
	return all
}

// component is a name as slipway.yaml wants it.
func component(name string) string {
	name = strings.Trim(noComponent().ReplaceAllString(strings.ToLower(name), "-"), "-")
	if name == "" {
		return "app"
	}
	return name
}

// distinctNames gives two images that are called alike names of their own.
func distinctNames(images []Image) {
	taken := func(n int) bool {
		return slices.ContainsFunc(images[:n], func(i Image) bool { return i.Name == images[n].Name })
	}
	for n := range images {
		i := &images[n]
		if taken(n) && i.Target != "" {
			i.Name = component(i.Target)
		}
		if taken(n) {
			i.Name = component(strings.Trim(path.Dir(i.File), "./") + "-" + i.Target)
		}
		for taken(n) || i.Name == "" {
			i.Name += "-image"
		}
	}
}
