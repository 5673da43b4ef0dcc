package lint

import (
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/dockerfile"
	"git.example/slipway/pipelines/survey"
)

func copyRules() []Rule {
	return []Rule{
		{
			ID: "copy-source", Title: "COPY of something that git does not have", Severity: Error,
			Why:   "The image can be built where somebody made the file, and nowhere else: not in CI, not from a new clone.",
			check: copySource,
		},
	}
}

func copySource(p *project, found finder) {
	tree := p.tree
	if tree == nil {
		return
	}
	for _, image := range p.images {
		b := image.Value.Build
		if len(b.Artifacts) > 0 {
			continue // they are copied into the context first
		}
		i, f := p.surveyed(image)
		if f == nil {
			continue
		}
		for _, m := range tree.Missing(i) {
			at := position{file: f, line: m.Line, column: 1}
			if m.Ignored {
				found(at, fmt.Sprintf("image %s copies %s, which the ignore file leaves out of the context", image.Name, m.Path), "take it out of the .dockerignore")
				continue
			}
			found(at, fmt.Sprintf("image %s copies %s, which git does not have in %s", image.Name, m.Path, i.Context),
				"commit it, make it in a stage of the Dockerfile, or as an artifact of slipway.yaml; or give the context that has it")
		}
	}
}

// surveyed is an image as a survey has it, with its Dockerfile; nil where there is
// none in the project, or it can't be read: the build says that.
func (p *project) surveyed(image config.Entry[config.Image]) (survey.Image, *file) {
	b := image.Value.Build
	c := newBuildContext(p.dir, image.Name, b)
	if c == nil {
		return survey.Image{}, nil
	}
	parsed, err := dockerfile.Parse(c.dockerfile.content, b.Args)
	if err != nil || b.Target != "" && parsed.Target(b.Target) == nil {
		return survey.Image{}, nil
	}
	context, inside := p.tree.Rel(c.dir)
	name, err := filepath.Rel(p.dir, c.dockerfile.path)
	if !inside || err != nil {
		return survey.Image{}, nil
	}
	return survey.Image{Name: image.Name, Context: context, File: filepath.ToSlash(name), Target: b.Target, Parsed: parsed}, c.dockerfile
}
