// Code generated from ../flags.go by make update; DO NOT EDIT.

package main

import "strconv"

// flags are the words of a command line.
type flags []string

// text adds a flag unless its value is empty.
func (f flags) text(name, value string) flags {
	if value == "" {
		return f
	}
	return append(f, name+"="+value)
}

// list adds a flag for each value.
func (f flags) list(name string, values []string) flags {
	for _, value := range values {
		f = append(f, name+"="+value)
	}
	return f
}

// is adds a flag if it is set.
func (f flags) is(name string, set bool) flags {
	if !set {
		return f
	}
	return append(f, name)
}

func (f flags) number(name string, value int) flags {
	return append(f, name+"="+strconv.Itoa(value))
}
