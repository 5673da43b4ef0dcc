package propose

import (
	"bytes"
	"embed"
	"strings"
	"text/template"

	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/scaffold"
)

//go:embed templates
var templates embed.FS

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
	t, err := template.New(name).Delims("[[", "]]").Funcs(template.FuncMap{"yaml": scalar, "secret": secretFile}).ParseFS(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, data); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// scalar is a string as YAML, in quotes where it needs them.
func scalar(s string) string { return scaffold.Scalar(s) }
