package checks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/scratch"
)

// exportStage holds what checks export until every build of the run has ended:
// a file that appears in a build context would make that build another one.
type exportStage struct {
	project, dir string
	scratch      *scratch.Dir

	mu    sync.Mutex
	names []string
}

func newExportStage(project string) (*exportStage, error) {
	dir, err := scratch.New("exports")
	if err != nil {
		return nil, err
	}
	return &exportStage{project: project, scratch: dir, dir: dir.Path}, nil
}

// reserve is where each exported path goes for now.
func (s *exportStage) reserve(paths []string) []engine.Export {
	s.mu.Lock()
	defer s.mu.Unlock()
	exports := make([]engine.Export, len(paths))
	for i, path := range paths {
		name := exportName(path)
		s.names = append(s.names, name)
		exports[i] = engine.Export{From: path, To: s.staged(name)}
	}
	return exports
}

// staged is the place of an export in the stage. Each has a directory of its own: a
// link that one of them has leads no other one astray.
func (s *exportStage) staged(name string) string {
	sum := sha256.Sum256([]byte(filepath.Clean(name)))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:8]), filepath.Base(name))
}

// bringOut brings each export to the same relative path in the project, an
// absolute one by its base name, in place of what is there, and ends the stage.
func (s *exportStage) bringOut() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	root, err := os.OpenRoot(s.project)
	if err != nil {
		return errors.Join(fmt.Errorf("opening the project for what checks exported: %w", err), s.scratch.Remove())
	}
	defer root.Close()
	var problems []error
	for _, name := range s.names {
		if err := place(root, s.staged(name), name); err != nil {
			problems = append(problems, fmt.Errorf("bringing out %q: %w", name, err))
		}
	}
	return errors.Join(append(problems, s.scratch.Remove())...)
}

// exportName is the path in the project that an exported path gets; a whole
// working directory or file system becomes the directory "exports".
func exportName(path string) string {
	if clean := filepath.Clean(path); clean == "." || clean == "/" {
		return "exports"
	}
	if filepath.IsAbs(path) || !filepath.IsLocal(path) {
		return filepath.Base(path)
	}
	return path
}
