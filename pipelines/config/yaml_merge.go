package config

import "go.yaml.in/yaml/v4"

// mapping reads the pairs of a mapping: duplicates are problems, and what "<<"
// brings in comes after, and never over, the mapping's own keys.
func (r reader) mapping(n *yaml.Node) *node {
	m := &node{kind: mapping, at: start(n)}
	seen := map[string]position{}
	var merged []*node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := r.node(n.Content[i]), r.node(n.Content[i+1])
		switch first, duplicate := seen[key.text]; {
		case n.Content[i].ShortTag() == "!!merge":
			merged = append(merged, r.sources(value)...)
		case !key.isScalar():
			r.report(key.at, "", "", "a key has to be a plain word, not %s", key.kind)
		case duplicate:
			r.report(key.at, "", "", "duplicate key %q; the first one is on line %d", key.text, first.line)
		default:
			seen[key.text] = key.at
			m.pairs = append(m.pairs, pair{key.text, key.at, value})
		}
	}
	for _, source := range merged {
		for _, p := range source.pairs {
			if _, own := seen[p.key]; !own {
				seen[p.key] = p.at
				m.pairs = append(m.pairs, p)
			}
		}
	}
	return m
}

// sources are the mappings that a merge key brings in: one, or a list of them.
func (r reader) sources(value *node) []*node {
	sources := []*node{value}
	if value.kind == list {
		sources = value.items
	}
	for _, s := range sources {
		if s.kind != mapping && s.kind != broken {
			r.report(s.at, "", "", "<< merges mappings, and this is %s", s.kind)
		}
	}
	return sources
}
