package lint

import (
	"github.com/goccy/go-yaml/ast"
)

// unwrap takes anchors and tags off a node.
func unwrap(n ast.Node) ast.Node {
	for {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			n = v.Value
		default:
			return n
		}
	}
}

// entries are the pairs of a mapping; none when n is none.
func entries(n ast.Node) []*ast.MappingValueNode {
	switch v := unwrap(n).(type) {
	case *ast.MappingNode:
		return v.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}
	}
	return nil
}

func keyOf(pair *ast.MappingValueNode) string { return pair.Key.GetToken().Value }

// items are the values of a sequence; none when n is none.
func items(n ast.Node) []ast.Node {
	if v, ok := unwrap(n).(*ast.SequenceNode); ok {
		return v.Values
	}
	return nil
}

// text is what a scalar says; false when n is none.
func text(n ast.Node) (string, bool) {
	switch v := unwrap(n).(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return v.Value.Value, true
	case ast.ScalarNode:
		return v.GetToken().Value, true
	}
	return "", false
}
