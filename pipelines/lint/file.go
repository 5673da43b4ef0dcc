package lint

import (
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// file is one file that rules look at.
type file struct {
	// name is relative to the project's directory, with slashes.
	name string
	// path is where it is.
	path    string
	content []byte
	lines   []string
	// roots are the documents of a YAML file; none when it is no YAML.
	roots []ast.Node
	// anchors are the values of the anchors in them.
	anchors map[string]ast.Node
}

// position is one in a file. Line and column are 0 for the whole file.
type position struct {
	file         *file
	line, column int
}

// newFile reads the file at path; one that can't be read is empty.
func newFile(dir, path string) *file {
	name := path
	if rel, err := filepath.Rel(dir, path); err == nil {
		name = rel
	}
	content, _ := os.ReadFile(path)
	return &file{name: filepath.ToSlash(name), path: path, content: content, lines: strings.Split(string(content), "\n")}
}

// newYAML is newFile for YAML.
func newYAML(dir, path string) *file {
	f := newFile(dir, path)
	f.anchors = map[string]ast.Node{}
	parsed, err := parser.ParseBytes(f.content, 0)
	if err != nil {
		return f
	}
	for _, document := range parsed.Docs {
		if document.Body != nil {
			f.roots = append(f.roots, document.Body)
			maps.Copy(f.anchors, anchorsOf(document.Body))
		}
	}
	return f
}

// at is the position of the key at a path; false when the file has none.
func (f *file) at(path ...string) (position, bool) {
	for _, root := range f.roots {
		if n := f.find(root, path); n != nil {
			at := n.GetToken().Position
			return position{f, at.Line, at.Column}, true
		}
	}
	return position{file: f}, false
}

// near is the position of the longest beginning of path that the file has.
func (f *file) near(path ...string) position {
	for n := len(path); n > 0; n-- {
		if at, ok := f.at(path[:n]...); ok {
			return at
		}
	}
	return position{file: f}
}

// value is the node at a path, nil when there is none.
func (f *file) value(path ...string) ast.Node {
	for _, root := range f.roots {
		if n := f.under(root, path...); n != nil {
			return n
		}
	}
	return nil
}
