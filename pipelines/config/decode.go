package config

import (
	"fmt"
	"reflect"
	"strings"
)

// decoder sets Go values from YAML, and reports what does not fit their types.
type decoder struct{ *document }

// decodable is a type with a form of its own in YAML.
type decodable interface {
	decode(d *decoder, path string, n *node)
}

// decode sets v from n, and reports what does not fit v's type.
func (d *decoder) decode(path string, n *node, v reflect.Value) {
	d.values[path] = n
	if n.kind == broken {
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if own, ok := v.Addr().Interface().(decodable); ok {
		own.decode(d, path, n)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if d.expect(path, n, mapping) {
			d.decodeStruct(path, n, v)
		}
	case reflect.Map:
		if d.expect(path, n, mapping) {
			d.decodeTexts(path, n, v)
		}
	case reflect.Slice:
		if d.expect(path, n, list) {
			for i, item := range n.items {
				v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
				d.decode(index(path, i), item, v.Index(i))
			}
		}
	case reflect.String:
		v.SetString(d.decodeText(path, n))
	case reflect.Int:
		if d.expect(path, n, integer) {
			v.SetInt(n.number)
		}
	case reflect.Bool:
		if d.expect(path, n, boolean) {
			v.SetBool(strings.EqualFold(n.text, "true"))
		}
	}
}

// decodeText is the text of a string that can't be empty.
func (d *decoder) decodeText(path string, n *node) string {
	if d.expect(path, n, text) && n.text == "" {
		d.wrong(path, "can't be empty; give it a value, or leave it out")
	}
	if n.kind != text {
		return ""
	}
	return n.text
}

// decodeTexts fills a map of strings. Numbers and booleans count as their
// literal text there, as everybody expects of arguments and environments.
func (d *decoder) decodeTexts(path string, n *node, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range n.pairs {
		at := join(path, p.key)
		d.values[at], d.keys[at] = p.value, p.at
		if !p.value.isScalar() {
			d.mismatch(at, p.value, text)
			continue
		}
		v.SetMapIndex(reflect.ValueOf(p.key), reflect.ValueOf(p.value.text))
	}
}

// expect reports a value that is not of the kind it should be.
func (d *decoder) expect(path string, n *node, want kind) bool {
	if n.kind != want {
		d.mismatch(path, n, want)
	}
	return n.kind == want
}

func (d *decoder) mismatch(path string, n *node, want kind) {
	switch {
	case n.kind == broken:
	case n.kind == nothing && want == mapping:
		d.wrong(path, "has no value; want a mapping (an empty one is {}), or leave the key out")
	case n.kind == nothing:
		d.wrong(path, "has no value; want %s, or leave the key out", want)
	case want == text && n.isScalar():
		d.wrong(path, "want a string, and YAML reads this as %s; quote it: \"%s\"", n.kind, n.text)
	default:
		d.wrong(path, "want %s, found %s", want, n.kind)
	}
}

// index is the path of an item of the list at path.
func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// join is the path of a key below path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
