// Package scaffold makes CI files from slipway.yaml. It only reads; the files come
// back as text.
package scaffold

import (
	"bytes"
	"embed"
	"strings"
	"text/template"

	"git.example/slipway/pipelines/lazy"
)

//go:embed templates
var templates embed.FS

// render fills in a template. Its delimiters are [[ and ]]: {{ is GitHub's.
func render(name string, data any) ([]byte, error) {
	t, err := template.New(name).Delims("[[", "]]").Funcs(template.FuncMap{"yaml": Scalar}).ParseFS(templates, "templates/"+name)
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

// Scalar is a string as YAML, in quotes where it needs them.
func Scalar(s string) string {
	switch {
	case plain().MatchString(s) && !meant().MatchString(s):
		return s
	case strings.ContainsAny(s, "\n\r\t\x00"):
		return doubleQuoted(s)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

func doubleQuoted(s string) string {
	return `"` + strings.NewReplacer("\\", `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\x00", `\0`).Replace(s) + `"`
}
