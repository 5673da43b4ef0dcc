package config

import (
	"regexp"
	"time"
)

// Command is a command line: a list of words, or a string for /bin/sh -c. A
// string is loaded as the three words that run it.
type Command []string

func (c *Command) decode(d *document, path string, n *node) {
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

// Strings is a list of strings; one string alone stands for a list of one.
type Strings []string

func (s *Strings) decode(d *document, path string, n *node) {
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

// Duration is a duration such as 90s or 1h30m.
type Duration time.Duration

// durationPattern is what JSON Schema and the loader both take; time.ParseDuration
// would also take signs and a bare 0.
const durationPattern = `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`

var durations = regexp.MustCompile(durationPattern)

func (v *Duration) decode(d *document, path string, n *node) {
	parsed, err := time.ParseDuration(n.text)
	if n.kind != text || err != nil || !durations.MatchString(n.text) {
		d.wrong(path, "want a duration such as 90s, 5m or 1h30m")
		return
	}
	*v = Duration(parsed)
}

// Or is d, or the default when d is zero.
func (v Duration) Or(fallback time.Duration) time.Duration {
	if v == 0 {
		return fallback
	}
	return time.Duration(v)
}
