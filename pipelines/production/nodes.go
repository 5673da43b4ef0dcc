package production

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// get is the value of a key of a mapping; nil for none.
func get(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for n := 0; n+1 < len(m.Content); n += 2 {
		if m.Content[n].Value == key {
			return m.Content[n+1]
		}
	}
	return nil
}

// set gives a key of a mapping a value, at the end when it is new.
func set(m *yaml.Node, key string, value *yaml.Node) {
	for n := 0; n+1 < len(m.Content); n += 2 {
		if m.Content[n].Value == key {
			m.Content[n+1] = value
			return
		}
	}
	m.Content = append(m.Content, text(key), value)
}

// remove takes keys out of a mapping.
func remove(m *yaml.Node, keys ...string) {
	if m == nil || m.Kind != yaml.MappingNode {
		return
	}
	for n := 0; n+1 < len(m.Content); {
		if slices.Contains(keys, m.Content[n].Value) {
			m.Content = slices.Delete(m.Content, n, n+2)
			continue
		}
		n += 2
	}
}

// keys are those of a mapping, in order.
func keys(m *yaml.Node) []string {
	var all []string
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for n := 0; n+1 < len(m.Content); n += 2 {
		all = append(all, m.Content[n].Value)
	}
	return all
}

// commented puts a comment above a key of a mapping.
func commented(m *yaml.Node, key, comment string) {
	for n := 0; n+1 < len(m.Content); n += 2 {
		if m.Content[n].Value == key {
			m.Content[n].HeadComment = comment
		}
	}
}

func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

func quotedText(s string) *yaml.Node {
	n := text(s)
	n.Style = yaml.DoubleQuotedStyle
	return n
}

// list is a sequence of strings in one line.
func list(items ...string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
	for _, i := range items {
		n.Content = append(n.Content, quotedText(i))
	}
	return n
}

// mapping is a mapping of plain strings.
func mapping(pairs ...string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Content = append(n.Content, text(pairs[i]), &yaml.Node{Kind: yaml.ScalarNode, Value: pairs[i+1]})
	}
	return n
}

// mostNodes bounds what aliases are expanded to.
const mostNodes = 50_000

// plain is a copy of a node without anchors, aliases and merge keys. A document
// whose aliases make it too large gives nil.
func plain(n *yaml.Node) *yaml.Node {
	left := mostNodes
	return plainUpTo(n, &left)
}

func plainUpTo(n *yaml.Node, left *int) *yaml.Node {
	if *left--; *left < 0 || n == nil {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return plainUpTo(n.Alias, left)
	}
	c := *n
	c.Anchor, c.Content = "", nil
	if n.Kind != yaml.MappingNode {
		for _, child := range n.Content {
			p := plainUpTo(child, left)
			if p == nil {
				return nil
			}
			c.Content = append(c.Content, p)
		}
		return &c
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := plainUpTo(n.Content[i], left)
		value := plainUpTo(n.Content[i+1], left)
		if key == nil || value == nil {
			return nil
		}
		switch {
		case key.Value == "<<" && key.Tag != "!!str" && value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		case key.Value == "<<" && key.Tag != "!!str":
			merged = append(merged, value)
		default:
			c.Content = append(c.Content, key, value)
		}
	}
	for _, m := range merged {
		for i := 0; i+1 < len(m.Content); i += 2 {
			if get(&c, m.Content[i].Value) == nil {
				c.Content = append(c.Content, m.Content[i], m.Content[i+1])
			}
		}
	}
	return &c
}

// scalars calls with every string in a node that is a value.
func scalars(n *yaml.Node, with func(*yaml.Node)) {
	switch n.Kind {
	case yaml.ScalarNode:
		with(n)
	case yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			scalars(n.Content[i], with)
		}
	default:
		for _, child := range n.Content {
			scalars(child, with)
		}
	}
}
