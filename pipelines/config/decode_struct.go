package config

import (
	"reflect"
	"slices"
	"strings"
)

// decodeStruct sets the fields of v from the pairs of n, fills in defaults, and
// reports keys that are unknown, missing, or exclude each other.
func (d *decoder) decodeStruct(path string, n *node, v reflect.Value) {
	fields := fieldsOf(v.Type())
	meant := d.unknownKeys(path, n, fields)
	var kinds, found []string
	for _, f := range fields {
		at, value := join(path, f.name), n.get(f.name)
		target := v.FieldByIndex(f.index)
		if f.oneOf {
			kinds = append(kinds, f.name)
		}
		switch {
		case value != nil:
			d.decode(at, value, target)
			d.check(at, value, f, target)
			if f.oneOf {
				found = append(found, f.name)
			}
		case slices.Contains(meant, f.name): // reported as misspelt
		case f.required:
			d.report(d.keyOf(path, n), path, "", "missing key %q", f.name)
		case f.initial != "":
			d.setDefault(at, f, target)
		}
	}
	switch {
	case len(found) > 1:
		d.report(d.keys[join(path, found[1])], path, "", "only one of %s can be there; found %s", words(kinds, "and"), words(found, "and"))
	case len(kinds) > 0 && len(found) == 0 && len(meant) == 0:
		d.report(d.keyOf(path, n), path, "", "needs one of %s", words(kinds, "or"))
	}
}

// words joins names as a sentence does, with "and" or "or" before the last.
func words(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}
