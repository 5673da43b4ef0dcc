package config

import (
	"reflect"
	"slices"
	"strings"
)

// check reports a value outside what the field's tags allow.
func (d *decoder) check(path string, n *node, f field, v reflect.Value) {
	switch {
	case !n.isScalar() || v.IsZero() && n.kind == text:
	case f.enum != nil && !slices.Contains(f.enum, n.text):
		d.report(n.at, path, nearest(n.text, f.enum), "%q is not one of: %s", n.text, strings.Join(f.enum, ", "))
	case n.kind == integer && n.number < f.minimum:
		d.wrong(path, "has to be %d or more", f.minimum)
	}
}
