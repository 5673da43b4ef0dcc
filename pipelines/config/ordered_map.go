package config

import "reflect"

// Map is a mapping that keeps the order of the file.
type Map[T any] []Entry[T]

// Entry is one named value of a Map.
type Entry[T any] struct {
	Name  string
	Value T
}

// Get is the value named name.
func (m Map[T]) Get(name string) (T, bool) {
	for _, e := range m {
		if e.Name == name {
			return e.Value, true
		}
	}
	var none T
	return none, false
}

// Names are the names, in the order of the file.
func (m Map[T]) Names() []string {
	names := make([]string, len(m))
	for i, e := range m {
		names[i] = e.Name
	}
	return names
}

func (m *Map[T]) decode(d *decoder, path string, n *node) {
	if !d.expect(path, n, mapping) {
		return
	}
	for _, p := range n.pairs {
		at := join(path, p.key)
		d.keys[at] = p.at
		*m = append(*m, Entry[T]{Name: p.key})
		d.decode(at, p.value, reflect.ValueOf(&(*m)[len(*m)-1].Value).Elem())
	}
}
