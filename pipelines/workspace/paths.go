package workspace

import (
	"path/filepath"

	"git.example/slipway/pipelines/boundary"
)

// Path is a path of slipway.yaml, absolute: one that is not is relative to the
// project's directory.
func (w *Workspace) Path(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(w.Dir, path)
}

// Paths are several of them.
func (w *Workspace) Paths(relative []string) []string {
	paths := make([]string, len(relative))
	for i, path := range relative {
		paths[i] = filepath.Join(w.Dir, path)
	}
	return paths
}

// Repository is the directory that what slipway.yaml names has to be in: that of
// git, or the project's where there is no git.
func (w *Workspace) Repository() string {
	if w.Git != nil {
		return w.Git.Dir()
	}
	return w.Dir
}

// Inside says which of these absolute paths leads out of the repository, by itself or
// by a link.
func (w *Workspace) Inside(paths ...string) error {
	for _, path := range paths {
		if err := boundary.Check(w.Repository(), path); err != nil {
			return err
		}
	}
	return nil
}
