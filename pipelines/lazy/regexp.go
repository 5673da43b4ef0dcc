// Package lazy puts off what every run of the program would pay for at its start,
// and few need.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression that is compiled when it is first asked for. It
// panics then when it is none: a test in internal/architecture compiles all.
func Regexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
