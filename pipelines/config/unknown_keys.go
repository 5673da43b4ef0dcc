package config

import (
	"fmt"
	"slices"
	"strings"
)

// unknownKeys reports the keys of n that no field has, and notes where the
// others are. It returns what the unknown ones were probably meant to be, or "".
func (d *decoder) unknownKeys(path string, n *node, fields []field) (meant []string) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	for _, p := range n.pairs {
		switch {
		case slices.Contains(names, p.key):
			d.keys[join(path, p.key)] = p.at
		case path == "" && strings.HasPrefix(p.key, "x-"):
		default:
			suggestion := nearest(p.key, names)
			meant = append(meant, suggestion)
			message := fmt.Sprintf("unknown key %q", p.key)
			if suggestion == "" {
				message += "; known here: " + strings.Join(names, ", ")
			}
			d.report(p.at, path, suggestion, "%s", message)
		}
	}
	return meant
}
