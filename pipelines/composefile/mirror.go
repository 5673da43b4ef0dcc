package composefile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/scratch"
)

// mirror is a temporary directory in which the files of a release are as they would
// be in the project directory: compose reads files that others take in from disk.
type mirror struct{ made *scratch.Dir }

// newMirror writes the files of o.
func newMirror(o Options) (m mirror, err error) {
	if m.made, err = scratch.New("compose"); err != nil {
		return m, err
	}
	for name, content := range o.Contents {
		in, err := filepath.Rel(filepath.Dir(o.Files[0]), name)
		if err != nil || !filepath.IsLocal(name) {
			continue
		}
		if err := refuseCircles(name, content); err != nil {
			m.remove()
			return m, err
		}
		file := m.path(filepath.Join(o.Dir, in))
		if err = os.MkdirAll(filepath.Dir(file), 0o700); err == nil {
			err = os.WriteFile(file, blankVersion(content), 0o600)
		}
		if err != nil {
			m.remove()
			return m, fmt.Errorf("writing %q to a temporary directory: %w", name, err)
		}
	}
	return m, nil
}

// path is where a path of the project's machine is in the mirror.
func (m mirror) path(file string) string {
	return filepath.Join(m.made.Path, filepath.Join("/", file))
}

// real is a text with the paths that they stand for in the place of the mirror's.
func (m mirror) real(text string) string { return strings.ReplaceAll(text, m.made.Path, "") }

// realAll does so in a model, in place.
func (m mirror) realAll(value any) any {
	switch v := value.(type) {
	case string:
		return m.real(v)
	case map[string]any:
		for key, of := range v {
			v[key] = m.realAll(of)
		}
	case []any:
		for i, of := range v {
			v[i] = m.realAll(of)
		}
	case []string:
		for i, of := range v {
			v[i] = m.real(of)
		}
	}
	return value
}

func (m mirror) remove() { m.made.Remove() } // in the temporary directory: a later run removes what is left
