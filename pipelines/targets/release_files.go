package targets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/workspace"
)

// Files are the files that deploys of a release of the working tree need. Files that
// no deploy could use are an error.
func Files(ctx context.Context, w *workspace.Workspace) (Released, error) {
	names := []string{filepath.Base(w.Config.Path)}
	for _, environment := range w.Config.Environments {
		for _, target := range environment.Value.Deploy {
			names = append(names, kindOf(target.Value).files()...)
		}
	}
	files := map[string][]byte{}
	var errs []error
	for _, name := range names {
		path := filepath.Join(w.Dir, name)
		if err := w.Inside(path); err != nil {
			errs = append(errs, fmt.Errorf("reading deploy file %q: %w", name, err))
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			errs = append(errs, fmt.Errorf("reading deploy file %q: %w", name, err))
			continue
		}
		files[filepath.ToSlash(filepath.Clean(name))] = content
	}
	if err := errors.Join(errs...); err != nil {
		return Released{}, err
	}
	hosts, err := newHostFiles(ctx, w)
	if err != nil {
		return Released{}, err
	}
	for _, environment := range w.Config.Environments {
		for _, target := range environment.Value.Deploy {
			k := kindOf(target.Value)
			err := k.check(ctx, w, files)
			if err == nil {
				err = k.collect(ctx, w, files, hosts, syncedDirs(w, environment.Value))
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("target %q of environment %q: %w", target.Name, environment.Name, err))
			}
		}
	}
	errs = append(errs, hosts.bounded())
	released := Released{Files: files}
	if len(hosts.files) > 0 {
		released.hosts = hosts.files
	}
	if len(hosts.directories) > 0 {
		released.directories = hosts.directories
	}
	for name, content := range hosts.contents {
		if f := hosts.files[name]; files[name] != nil {
			f.Deploy = true
			hosts.files[name] = f
		}
		files[name] = content
	}
	return released, errors.Join(errs...)
}
