package lint

import (
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

// scalar is one value of a file. An item of a list has its index as last key.
type scalar struct {
	path []string
	text string
	at   position
}

// key is the scalar's own key, of a list's item the list's.
func (s scalar) key() string {
	for _, key := range slices.Backward(s.path) {
		if _, err := strconv.Atoi(key); err != nil {
			return key
		}
	}
	return ""
}

// scalars are all values of the file in its order.
func (f *file) scalars() []scalar {
	var all []scalar
	var visit func(path []string, n ast.Node)
	visit = func(path []string, n ast.Node) {
		n = unwrap(n)
		for _, pair := range entries(n) {
			visit(append(slices.Clip(path), keyOf(pair)), pair.Value)
		}
		for i, item := range items(n) {
			visit(append(slices.Clip(path), strconv.Itoa(i)), item)
		}
		if value, ok := text(n); ok {
			at := n.GetToken().Position
			all = append(all, scalar{path, value, position{f, at.Line, at.Column}})
		}
	}
	for _, root := range f.roots {
		visit(nil, root)
	}
	return all
}
