package config

// Command is a command line: a list of words, or a string for /bin/sh -c. A
// string is loaded as the three words that run it.
type Command []string

func (c *Command) decode(d *decoder, path string, n *node) {
	switch n.kind {
	case text:
		*c = Command{"/bin/sh", "-c", d.decodeText(path, n)}
	case list:
		for i, item := range n.items {
			at := index(path, i)
			d.values[at] = item
			if !item.isScalar() {
				d.mismatch(at, item, text)
			}
			*c = append(*c, item.text)
		}
		if len(n.items) == 0 {
			d.wrong(path, "an empty command")
		}
	default:
		d.wrong(path, "want a command, as a string or a list of words, found %s", n.kind)
	}
}
