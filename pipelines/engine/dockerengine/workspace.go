package dockerengine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// workspaces are the files and directories of this run, in a scratch directory
// that is there from the first one on.
type workspaces struct {
	// parent holds the scratch directories of all runs.
	parent  string
	traces  *traces
	sweeper sweeper

	mu      sync.Mutex
	scratch *scratch
}

// path is that of a new file or directory in the scratch directory. The first
// call also removes what dead runs left.
func (w *workspaces) path(ctx context.Context, kind string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.scratch == nil {
		if err := privateDirectory(w.parent); err != nil {
			return "", err
		}
		w.sweeper.sweepDead(ctx, w.parent)
		s, err := openScratch(filepath.Join(w.parent, w.traces.id))
		if err != nil {
			return "", err
		}
		w.scratch = s
	}
	return filepath.Join(w.scratch.dir, kind+"-"+w.traces.next()), nil
}

// note writes down tag, as one to remove from the daemon's store when this run
// is closed, or was killed.
func (w *workspaces) note(tag string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	file, err := os.OpenFile(filepath.Join(w.scratch.dir, tagsFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("noting the tag %q: %w", tag, err)
	}
	defer file.Close()
	_, err = fmt.Fprintln(file, tag)
	return err
}

// close removes the scratch directory, and the containers and images of this run.
func (w *workspaces) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.scratch == nil {
		return nil
	}
	ctx, cancel := cleanup(context.Background())
	defer cancel()
	var err error
	if w.traces.containers.Load() {
		err = w.sweeper.sweepContainers(ctx, w.traces.id)
	}
	if w.traces.containers.Load() || w.traces.images.Load() {
		err = errors.Join(err, w.sweeper.sweepImages(ctx, w.traces.id, w.scratch.dir))
	}
	err = errors.Join(err, w.scratch.close())
	w.scratch = nil
	return err
}
