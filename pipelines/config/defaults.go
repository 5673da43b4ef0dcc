package config

import (
	"reflect"
	"strconv"
)

// setDefault sets a field that the file does not have to the default of its
// jsonschema tag, as if that were written there.
func (d *decoder) setDefault(path string, f field, v reflect.Value) {
	d.decode(path, f.initialNode(v.Type()), v)
	delete(d.values, path)
}

// initialNode is the YAML that a default stands for in a field of type t.
func (f field) initialNode(t reflect.Type) *node {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	n := &node{kind: text, text: f.initial}
	switch t.Kind() {
	case reflect.Bool:
		n.kind = boolean
	case reflect.Int:
		n.kind = integer
		n.number, _ = strconv.ParseInt(f.initial, 10, 64)
	}
	return n
}
