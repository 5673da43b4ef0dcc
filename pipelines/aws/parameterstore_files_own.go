package aws

import (
	"path"
	"slices"
	"strings"
	"sync"
)

// ownWrites is what a process wrote and knows of the parameters of files: its
// reads may lag behind its writes. All names are those of parameters.
type ownWrites struct {
	mu sync.Mutex
	// versions of the parameters.
	versions map[string]int64
	// parts of files that were written last.
	parts map[string][]string
	// directories that are known to exist.
	directories map[string]bool
}

func newOwnWrites() *ownWrites {
	return &ownWrites{versions: map[string]int64{}, parts: map[string][]string{}, directories: map[string]bool{}}
}

func (w *ownWrites) wroteFile(name string, version int64, parts []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.versions[name], w.parts[name] = version, parts
}

func (w *ownWrites) madeDirectory(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.directories[name], w.versions[name] = true, 1
}

// version is the one that was written last, 0 for none.
func (w *ownWrites) version(name string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.versions[name]
}

// partsOf are the parts that were written last of the file.
func (w *ownWrites) partsOf(name string) (parts []string, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	parts, known = w.parts[name]
	return parts, known
}

func (w *ownWrites) isDirectory(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.directories[name]
}

// missing are the parameters directly below name that are not among those found.
func (w *ownWrites) missing(name string, found []string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var missing []string
	for written := range w.versions {
		if path.Dir(written) == name && !slices.Contains(found, written) {
			missing = append(missing, written)
		}
	}
	return missing
}

// below are the parameters below name, and the parts of the file that it may be.
func (w *ownWrites) below(name string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for written := range w.versions {
		if strings.HasPrefix(written, name+"/") {
			names = append(append(names, written), w.parts[written]...)
		}
	}
	return append(names, w.parts[name]...)
}

func (w *ownWrites) forget(names ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range names {
		delete(w.versions, name)
		delete(w.parts, name)
		delete(w.directories, name)
	}
}
