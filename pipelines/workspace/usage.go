package workspace

import (
	"fmt"
	"strings"
)

// UsageError is a wrong argument; the command line ends with exit code 2.
type UsageError struct{ text string }

func (e *UsageError) Error() string { return e.text }

// Usage is a *UsageError.
func Usage(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// Choices says which names there are, of what kind, where.
func Choices(kind string, names []string, where string) string {
	if len(names) == 0 {
		return fmt.Sprintf("%s has no %s", where, kind)
	}
	return fmt.Sprintf("%s has the %s %s", where, kind, strings.Join(names, ", "))
}
