package lint

import "github.com/goccy/go-yaml/ast"

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

// entry is the pair of a mapping with the given key, nil when there is none.
func entry(n ast.Node, key string) *ast.MappingValueNode {
	for _, pair := range entries(n) {
		if keyOf(pair) == key {
			return pair
		}
	}
	return nil
}

func keyOf(pair *ast.MappingValueNode) string { return pair.Key.GetToken().Value }

// find is the key at a path below n, nil when there is none.
func find(n ast.Node, path []string) ast.Node {
	for i, key := range path {
		pair := entry(n, key)
		if pair == nil {
			return nil
		}
		if i == len(path)-1 {
			return pair.Key
		}
		n = pair.Value
	}
	return nil
}

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
