// Package hostfiles is the files that a stack needs on its host: those that the
// release brings, and the host's own, which have to be there already.
package hostfiles

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Found is what is at a path of the host.
type Found string

// What can be there. Other is a socket or a device.
const (
	Nothing   Found = "-"
	File      Found = "f"
	Directory Found = "d"
	Empty     Found = "e" // a directory with nothing in it
	Other     Found = "o"
	Hidden    Found = "?" // the user may not look there; docker may
)

// lookScript defines look, which prints what is at a path.
const lookScript = `look() {
	if [ -f "$1" ]; then echo f
	elif [ -d "$1" ]; then
		if [ -r "$1" ] && [ -z "$(ls -A "$1" 2>/dev/null)" ]; then echo e; else echo d; fi
	elif [ -e "$1" ]; then echo o
	else
		near=$1
		while [ ! -e "$near" ]; do near=$(dirname "$near"); done
		if [ -x "$near" ]; then echo -; else echo '?'; fi
	fi
}`

// Look asks what is at the paths of needs on the host. What is found is added to
// found.
func Look(needs []composefile.Need, found map[string]Found) stack.Question {
	unique := map[string]bool{}
	for _, n := range needs {
		unique[n.Path] = true
	}
	paths := slices.Sorted(maps.Keys(unique))
	script := &stack.Script{}
	script.Raw(lookScript)
	for _, path := range paths {
		script.Raw("look " + shell.Quote(path))
	}
	return stack.Question{Script: script, Read: func(out []byte, err error) error {
		if err != nil {
			return fmt.Errorf("looking for the files that the stack needs: %w", stack.Failure(err))
		}
		lines := strings.Fields(string(bytes.TrimSpace(out)))
		if len(lines) != len(paths) {
			return fmt.Errorf("looking for the files that the stack needs: the host answered %d of %d", len(lines), len(paths))
		}
		for i, path := range paths {
			found[path] = Found(lines[i])
		}
		return nil
	}}
}
