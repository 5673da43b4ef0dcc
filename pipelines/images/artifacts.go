package images

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/keyed"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/scratch"
)

// artifacts are built when an image asks for one, each once, and kept in a
// temporary directory until they are removed.
type artifacts struct {
	catalog *Catalog
	built   keyed.Once[string, string]

	mu  sync.Mutex
	dir *scratch.Dir
}

// path is where a built artifact is on this machine.
func (a *artifacts) path(ctx context.Context, e engine.Engine, name string) (string, error) {
	return a.built.Do(ctx, name, func(ctx context.Context) (string, error) { return a.export(ctx, e, name) })
}

func (a *artifacts) export(ctx context.Context, e engine.Engine, name string) (string, error) {
	w := a.catalog.workspace
	artifact, _ := w.Config.Artifacts.Get(name)
	dir, err := a.temporary()
	if err != nil {
		return "", err
	}
	dest := filepath.Join(dir, name)
	return dest, report.Run(ctx, w.Reporter, "artifact "+name, func(t *report.Task) error {
		spec, err := a.catalog.Spec(ctx, "artifact "+name, artifact.Build, nil)
		if err != nil {
			return err
		}
		if err := e.Supports(ctx, spec); err != nil {
			return err
		}
		log := w.Redactor.Writer(t)
		err = e.Export(ctx, spec, artifact.Path, dest, log)
		if err := errors.Join(err, log.Close()); err != nil {
			return fmt.Errorf("building artifact %q: %w", name, err)
		}
		return nil
	})
}

func (a *artifacts) temporary() (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dir == nil {
		dir, err := scratch.New("artifacts")
		if err != nil {
			return "", err
		}
		a.dir = dir
	}
	return a.dir.Path, nil
}

func (a *artifacts) remove() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dir != nil {
		_ = a.dir.Remove() // in the temporary directory: a later run removes what is left
	}
}
