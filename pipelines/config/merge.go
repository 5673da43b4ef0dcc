package config

import "github.com/goccy/go-yaml/ast"

// mapping reads the pairs of a mapping: duplicates are problems, and what "<<"
// brings in comes after, and never over, the mapping's own keys.
func (r reader) mapping(at position, values []*ast.MappingValueNode) *node {
	m := &node{kind: mapping, at: at}
	seen := map[string]position{}
	var merged []*node
	for _, v := range values {
		keyAt := place(v.Key.GetToken())
		if v.Key.IsMergeKey() {
			merged = append(merged, r.sources(v.Value)...)
			continue
		}
		key := r.node(keyNode(v.Key))
		if !key.isScalar() {
			r.report(keyAt, "", "", "a key has to be a plain word, not %s", key.kind)
			continue
		}
		value := r.node(v.Value)
		if value.at == (position{}) {
			value.at = keyAt
		}
		if first, ok := seen[key.text]; ok {
			r.report(keyAt, "", "", "duplicate key %q; the first one is on line %d", key.text, first.line)
			continue
		}
		seen[key.text] = keyAt
		m.pairs = append(m.pairs, pair{key.text, keyAt, value})
	}
	for _, source := range merged {
		for _, p := range source.pairs {
			if _, ok := seen[p.key]; !ok {
				seen[p.key] = p.at
				m.pairs = append(m.pairs, p)
			}
		}
	}
	return m
}

// keyNode is the key without its explicit "?" marker.
func keyNode(key ast.MapKeyNode) ast.Node {
	if k, ok := key.(*ast.MappingKeyNode); ok {
		return k.Value
	}
	return key
}

// sources are the mappings that a merge key brings in: one, or a list of them.
func (r reader) sources(value ast.Node) []*node {
	source := r.node(value)
	sources := []*node{source}
	if source.kind == list {
		sources = source.items
	}
	for _, s := range sources {
		if s.kind != mapping {
			r.report(startOf(value), "", "", "<< merges mappings, and this is %s", s.kind)
			return nil
		}
	}
	return sources
}
