package composefile

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// Override is the YAML of an override file that makes services run exactly the
// given images (service to reference). Their build sections are taken out, and
// what is on the host already is not asked for at the registry again. It is the
// last of a project's files.
func Override(images map[string]string) []byte {
	var b bytes.Buffer
	b.WriteString("services:")
	if len(images) == 0 {
		b.WriteString(" {}")
	}
	b.WriteString("\n")
	for _, service := range slices.Sorted(maps.Keys(images)) {
		// Go's quoting is YAML's for all that names and references can hold.
		fmt.Fprintf(&b, "  %q:\n    image: %q\n    build: !reset null\n    pull_policy: missing\n", service, images[service])
	}
	return b.Bytes()
}
