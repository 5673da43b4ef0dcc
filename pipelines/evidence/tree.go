package evidence

import (
	"bytes"
	"os"
	"path/filepath"
)

// inTree says that all files of the record are those of this working tree.
func (q Question) inTree() bool {
	for name, content := range q.Release.Files {
		here, err := os.ReadFile(filepath.Join(q.Workspace.Dir, filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(here, content) {
			return false
		}
	}
	return len(q.Release.Files) > 0
}
