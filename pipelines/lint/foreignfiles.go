package lint

import (
	"bytes"
	"fmt"
)

// fault is one of many of a kind in a file.
type fault struct {
	at           position
	message, fix string
}

// tell passes on the faults of a workflow: each of one that calls Slipway, and of
// another one, which is somebody else's business, the first with how many there are.
func tell(f *file, faults []fault, found finder) {
	if len(faults) == 0 {
		return
	}
	if len(faults) == 1 || callsSlipway(f) {
		for _, one := range faults {
			found(one.at, one.message, one.fix)
		}
		return
	}
	found(faults[0].at, fmt.Sprintf("%s, and so are %d more in this file", faults[0].message, len(faults)-1), faults[0].fix)
}

// callsSlipway says that a workflow is one that releases with Slipway.
func callsSlipway(f *file) bool {
	return bytes.Contains(bytes.ToLower(f.content), []byte("slipway"))
}
