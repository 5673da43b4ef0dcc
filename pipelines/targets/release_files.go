package targets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/workspace"
)

// Files are the files that deploys of a release of the working tree need,
// slipway.yaml among them, by path relative to the project. Files that no deploy
// could use are an error.
func Files(ctx context.Context, w *workspace.Workspace) (map[string][]byte, error) {
	names := []string{filepath.Base(w.Config.Path)}
	for _, environment := range w.Config.Environments {
		for _, target := range environment.Value.Deploy {
			names = append(names, kindOf(target.Value).files()...)
		}
	}
	files := map[string][]byte{}
	var errs []error
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(w.Dir, name))
		if err != nil {
			errs = append(errs, fmt.Errorf("reading deploy file %q: %w", name, err))
			continue
		}
		files[filepath.ToSlash(filepath.Clean(name))] = content
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, environment := range w.Config.Environments {
		for _, target := range environment.Value.Deploy {
			if err := kindOf(target.Value).check(ctx, w, files); err != nil {
				errs = append(errs, fmt.Errorf("target %q of environment %q: %w", target.Name, environment.Name, err))
			}
		}
	}
	return files, errors.Join(errs...)
}
