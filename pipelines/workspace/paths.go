package workspace

import "path/filepath"

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
