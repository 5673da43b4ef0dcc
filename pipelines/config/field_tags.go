package config

import (
	"reflect"
	"strconv"
	"strings"
)

// field is what a struct's tags say about one key.
type field struct {
	name     string
	index    []int
	required bool
	oneOf    bool // one of the kinds of which exactly one has to be there
	initial  string
	enum     []string
	minimum  int64
}

// fieldsOf are the keys of a struct, with those of inlined structs.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				fields = append(fields, inner)
			}
		case name != "-":
			fields = append(fields, newField(name, []int{i}, options, f.Tag.Get("jsonschema")))
		}
	}
	return fields
}

func newField(name string, index []int, options, schema string) field {
	f := field{name: name, index: index, required: options != "omitempty"}
	for rule := range strings.SplitSeq(schema, ",") {
		keyword, value, _ := strings.Cut(rule, "=")
		switch keyword {
		case "oneof_required":
			f.oneOf = true
		case "default":
			f.initial = value
		case "enum":
			f.enum = append(f.enum, value)
		case "minimum":
			f.minimum, _ = strconv.ParseInt(value, 10, 64)
		}
	}
	return f
}
