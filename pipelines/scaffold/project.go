// Package scaffold makes the files that a repository starts with: slipway.yaml
// from its Dockerfiles and compose files, and CI files from slipway.yaml. It only
// reads; the files come back as text.
package scaffold

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"text/template"

	"git.example/slipway/pipelines/lazy"
)

//go:embed templates
var templates embed.FS

// ErrNothing says that the repository has nothing that images could be built from.
var ErrNothing = errors.New("there is nothing to build images from: looked for Dockerfile, DIRECTORY/Dockerfile, and services with build: in " +
	strings.Join(composeNames, ", ") + "; write a Dockerfile, then run `slipway init` again")

// project is what slipway.yaml is made of.
type project struct {
	Name   string
	Images []image
	Checks []check
	// Deploy is the compose file that can be deployed as it is; empty for none.
	Deploy string
}

// Project is the text of slipway.yaml for the repository root, whose folder has
// this name. The notes say what was found and left out, and why. Without
// anything to build the error is ErrNothing.
func Project(ctx context.Context, root fs.FS, folder string) (text []byte, notes []string, err error) {
	p := project{Name: component(folder)}
	composed, notes := composeFiles(ctx, root)
	p.Images = append(dockerfiles(root, p.Name), builds(root, composed)...)
	p.Images = distinct(p.Images)
	if len(p.Images) == 0 {
		return nil, notes, ErrNothing
	}
	stages, left := p.stages(root)
	tests, more := composeCheck(ctx, root)
	p.Checks, notes = append(stages, tests...), slices.Concat(notes, left, more)
	p.deployable(composed)
	text, err = render("slipway.yaml", p)
	return text, notes, err
}

var noComponent = lazy.Regexp(`[^a-z0-9]+`)

// component is a name as slipway.yaml wants it for projects and images.
func component(name string) string {
	name = strings.Trim(noComponent().ReplaceAllString(strings.ToLower(name), "-"), "-")
	if name == "" {
		return "app"
	}
	return name
}

// render fills in a template. Its delimiters are [[ and ]]: {{ is GitHub's.
func render(name string, data any) ([]byte, error) {
	t, err := template.New(name).Delims("[[", "]]").Funcs(template.FuncMap{"yaml": scalar}).ParseFS(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, data); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

var (
	// plain are words that need no quotes in YAML, in a flow mapping neither.
	plain = lazy.Regexp(`^[A-Za-z./][A-Za-z0-9_./-]*$`)
	// meant are those that mean something else there.
	meant = lazy.Regexp(`(?i)^(true|false|null|yes|no|on|off|y|n)$`)
)

// scalar is a string as YAML, in quotes where it needs them.
func scalar(s string) string {
	if plain().MatchString(s) && !meant().MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
