package release

import "fmt"

// NewerFormat is something that a newer Slipway stored, in a format that this one
// does not know. Whoever reads it says what it is and where.
type NewerFormat struct {
	// Version of the format that it has, and the newest one that is known here.
	Version, Known int
}

func (e *NewerFormat) Error() string {
	return fmt.Sprintf("its format is version %d, and this slipway knows version %d: install a newer slipway", e.Version, e.Known)
}
