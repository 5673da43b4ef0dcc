package config

import (
	"reflect"
	"slices"
	"strings"
)

// References are the names in the env:// references anywhere in a part of the
// configuration, in order; those of a map by name.
func References(part any) []string { return references(reflect.ValueOf(part)) }

func references(v reflect.Value) []string {
	var found []string
	switch v.Kind() {
	case reflect.String:
		if name, ok := strings.CutPrefix(v.String(), "env://"); ok {
			return []string{name}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return references(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, references(v.Field(i))...)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			found = append(found, references(v.Index(i))...)
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			found = append(found, references(entries.Value())...)
		}
		slices.Sort(found)
	}
	return found
}
