package lint

import "github.com/goccy/go-yaml/ast"

// mostAliases bounds how many aliases lead on to each other.
const mostAliases = 20

// anchorsOf are the values of the anchors in a document.
func anchorsOf(root ast.Node) map[string]ast.Node {
	anchors := map[string]ast.Node{}
	ast.Walk(finderOf(func(n ast.Node) {
		if a, ok := n.(*ast.AnchorNode); ok {
			anchors[a.Name.String()] = a.Value
		}
	}), root)
	return anchors
}

// finderOf visits every node.
type finderOf func(ast.Node)

func (f finderOf) Visit(n ast.Node) ast.Visitor {
	f(n)
	return f
}

// resolve takes anchors and tags off a node and follows aliases.
func (f *file) resolve(n ast.Node) ast.Node {
	for range mostAliases {
		n = unwrap(n)
		alias, ok := n.(*ast.AliasNode)
		if !ok {
			return n
		}
		n = f.anchors[alias.Value.String()]
	}
	return nil
}

// entry is the pair of a mapping with the given key, be it its own or one that it
// merges in; nil when there is none.
func (f *file) entry(n ast.Node, key string) *ast.MappingValueNode {
	return f.entryOnce(n, key, map[ast.Node]bool{})
}

// entryOnce leaves out the mappings that were looked at: they may merge in each other.
func (f *file) entryOnce(n ast.Node, key string, seen map[ast.Node]bool) *ast.MappingValueNode {
	n = f.resolve(n)
	if n == nil || seen[n] {
		return nil
	}
	seen[n] = true
	pairs := entries(n)
	for _, pair := range pairs {
		if keyOf(pair) == key {
			return pair
		}
	}
	for _, pair := range pairs {
		if keyOf(pair) != "<<" {
			continue
		}
		merged := items(f.resolve(pair.Value))
		if len(merged) == 0 {
			merged = []ast.Node{pair.Value}
		}
		for _, m := range merged {
			if found := f.entryOnce(m, key, seen); found != nil {
				return found
			}
		}
	}
	return nil
}

// under is the value at a path below n, nil when there is none.
func (f *file) under(n ast.Node, path ...string) ast.Node {
	n = f.resolve(n)
	for _, key := range path {
		pair := f.entry(n, key)
		if pair == nil {
			return nil
		}
		n = f.resolve(pair.Value)
	}
	return n
}

// find is the key at a path below n, nil when there is none.
func (f *file) find(n ast.Node, path []string) ast.Node {
	for i, key := range path {
		pair := f.entry(n, key)
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
