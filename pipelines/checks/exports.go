package checks

import (
	"errors"
	"fmt"
	"io/fs"
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
		exports[i] = engine.Export{From: path, To: filepath.Join(s.dir, name)}
	}
	return exports
}

// bringOut brings each export to the same relative path in the project, an
// absolute one by its base name, in place of what is there, and ends the stage.
func (s *exportStage) bringOut() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var problems []error
	for _, name := range s.names {
		if err := replace(filepath.Join(s.dir, name), filepath.Join(s.project, name)); err != nil {
			problems = append(problems, fmt.Errorf("bringing out %q: %w", name, err))
		}
	}
	return errors.Join(append(problems, s.scratch.Remove())...)
}

// replace copies a file or directory; from may be missing, or may have been
// brought already.
func replace(from, to string) error {
	info, err := os.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(to), os.MkdirAll(filepath.Dir(to), 0o755)); err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(to, os.DirFS(from))
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode().Perm())
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
