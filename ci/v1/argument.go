// Code generated from ../argument.go by make update; DO NOT EDIT.

package main

import "strings"

// argument is one that decides which release it is, or of what.
type argument struct {
	// function has it; empty for the constructor.
	function, flag, value string
}

// name is what Dagger takes for it in a .env file, in any case, and after the
// module's name too.
func (a argument) name() string {
	return strings.ToUpper(strings.TrimLeft(a.function+"_", "_") + strings.ReplaceAll(a.flag, "-", ""))
}

// String is how it is typed.
func (a argument) String() string {
	return strings.TrimSpace(a.function + " --" + a.flag)
}
