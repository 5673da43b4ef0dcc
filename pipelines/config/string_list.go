package config

// Strings is a list of strings; one string alone stands for a list of one.
type Strings []string

func (s *Strings) decode(d *decoder, path string, n *node) {
	items := n.items
	switch n.kind {
	case text:
		items = []*node{n}
	case list:
		if len(items) == 0 {
			d.wrong(path, "an empty list")
		}
	default:
		d.wrong(path, "want a string or a list of strings, found %s", n.kind)
	}
	for i, item := range items {
		at := index(path, i)
		d.values[at] = item
		*s = append(*s, d.decodeText(at, item))
	}
}
