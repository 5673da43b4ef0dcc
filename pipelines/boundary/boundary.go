// Package boundary keeps what slipway.yaml names in the repository: a context, a
// Dockerfile, a compose file is what was committed, and not what the machine has
// beside it, which a link can name as well as a path with "..".
package boundary

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Outside is a path of slipway.yaml that leads out of the repository.
type Outside struct {
	// Path is what is named, Real where that is, Root the repository; both absolute.
	Path, Real, Root string
}

func (e *Outside) Error() string {
	return fmt.Sprintf("%q is %s, which is outside of the repository %s: commit what it has, and name that", e.Path, e.Real, e.Root)
}

// Check says that a path, absolute, leads out of the directory root, by itself or by
// a link: an *Outside. What is not there is nobody's to refuse.
func Check(root, path string) error {
	top, err := filepath.EvalSymlinks(root)
	if err != nil {
		return fmt.Errorf("finding the repository %q: %w", root, err)
	}
	real, err := resolve(path)
	if err != nil {
		return fmt.Errorf("finding %q: %w", path, err)
	}
	if rel, err := filepath.Rel(top, real); err == nil && filepath.IsLocal(rel) {
		return nil
	}
	return &Outside{Path: path, Real: real, Root: top}
}

// resolve is the path without links, as far as it is there.
func resolve(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	if target, err := os.Readlink(path); err == nil { // a link to what is not there yet
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		return resolve(target)
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path, nil
	}
	real, err = resolve(parent)
	return filepath.Join(real, filepath.Base(path)), err
}

// CacheDirectory is the directory of a build cache (buildx's --cache-from and
// --cache-to) that is one: "type=local,dest=DIR".
func CacheDirectory(cache string) (dir string, local bool) {
	fields := strings.Split(cache, ",")
	for _, field := range fields {
		key, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "type":
			local = strings.EqualFold(strings.TrimSpace(value), "local")
		case "dest", "src":
			dir = strings.TrimSpace(value)
		}
	}
	return dir, local && dir != ""
}
