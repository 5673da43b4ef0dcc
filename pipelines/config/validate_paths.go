package config

import (
	"path"
	"path/filepath"
	"strings"
)

// inProject reports a path that would not be the same on every machine.
func (v validator) inProject(at, value string) {
	switch {
	case strings.Contains(value, "://"), strings.HasPrefix(value, "git@"):
		v.wrong(at, "%q is not a path: fetch it first, and name the directory or file", value)
	case filepath.IsAbs(value):
		v.wrong(at, "%q is absolute: want a relative path, which is right on every machine", value)
	}
}

func (v validator) allInProject(at string, values []string) {
	for i, value := range values {
		v.inProject(index(at, i), value)
	}
}

// local reports a path that leaves the directory it is relative to.
func (v validator) local(at, value, what string) {
	if value != "" && !filepath.IsLocal(value) {
		v.wrong(at, "%q leaves %s: want a relative path below it", value, what)
	}
}

// absolute reports a path in a container that is not absolute.
func (v validator) absolute(at, value string) {
	if value != "" && !path.IsAbs(value) {
		v.wrong(at, "%q is relative: want an absolute path in the container", value)
	}
}
