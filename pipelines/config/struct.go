package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// decodeStruct sets the fields of v from the pairs of n, fills in defaults, and
// reports keys that are unknown, missing, or exclude each other.
func (d *document) decodeStruct(path string, n *node, v reflect.Value) {
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
			d.decode(at, f.initialNode(target.Type()), target)
			delete(d.values, at)
		}
	}
	switch {
	case len(found) > 1:
		d.report(d.keys[join(path, found[1])], path, "", "only one of %s can be there; found %s", words(kinds, "and"), words(found, "and"))
	case len(kinds) > 0 && len(found) == 0 && len(meant) == 0:
		d.report(d.keyOf(path, n), path, "", "needs one of %s", words(kinds, "or"))
	}
}

// unknownKeys reports the keys of n that no field has, and notes where the
// others are. It returns what the unknown ones were probably meant to be, or "".
func (d *document) unknownKeys(path string, n *node, fields []field) (meant []string) {
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

// check reports a value outside what the field's tags allow.
func (d *document) check(path string, n *node, f field, v reflect.Value) {
	switch {
	case !n.isScalar() || v.IsZero() && n.kind == text:
	case f.enum != nil && !slices.Contains(f.enum, n.text):
		d.report(n.at, path, nearest(n.text, f.enum), "%q is not one of: %s", n.text, strings.Join(f.enum, ", "))
	case n.kind == integer && n.number < f.minimum:
		d.wrong(path, "has to be %d or more", f.minimum)
	}
}

// keyOf is where the key is that leads to the value n at path.
func (d *document) keyOf(path string, n *node) position {
	if at, ok := d.keys[path]; ok {
		return at
	}
	return n.at
}

// words joins names as a sentence does, with "and" or "or" before the last.
func words(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}
