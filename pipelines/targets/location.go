package targets

import (
	"fmt"

	"git.example/slipway/pipelines/deploy"
)

// location is where a journal is, or may be.
type location struct {
	files deploy.Files
	dir   string
}

// machine names what the files are of.
func (l location) machine() string {
	switch files := l.files.(type) {
	case fmt.Stringer:
		return files.String()
	case interface{ Root() string }:
		return "Parameter Store " + files.Root()
	}
	return "this machine"
}
