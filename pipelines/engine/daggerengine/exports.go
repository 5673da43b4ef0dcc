package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"dagger.io/dagger"

	"git.example/slipway/pipelines/engine"
)

// bringExports brings out what is there, and says what is not.
func bringExports(ctx context.Context, container *dagger.Container, exports []engine.Export) (missing []string, err error) {
	if len(exports) == 0 {
		return nil, nil
	}
	workdir, err := container.Workdir(ctx)
	if err != nil {
		return nil, err
	}
	for _, export := range exports {
		from := export.From
		if !path.IsAbs(from) {
			from = path.Join("/", workdir, from)
		}
		there, err := bring(ctx, container, path.Clean(from), export.To)
		if err != nil {
			return nil, fmt.Errorf("exporting %q: %w", export.From, err)
		}
		if !there {
			missing = append(missing, export.From)
		}
	}
	return missing, nil
}

// bring replaces to with a file or directory of a container, if it has it.
func bring(ctx context.Context, container *dagger.Container, from, to string) (there bool, err error) {
	if there, err = container.Exists(ctx, from); err != nil || !there {
		return false, err
	}
	dir, err := container.Exists(ctx, from, dagger.ContainerExistsOpts{ExpectedType: dagger.ExistsTypeDirectoryType})
	if err != nil {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return false, err
	}
	beside, err := os.MkdirTemp(filepath.Dir(to), ".slipway-export-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(beside)
	fresh := filepath.Join(beside, "new")
	if dir {
		_, err = container.Directory(from).Export(ctx, fresh)
	} else {
		_, err = container.File(from).Export(ctx, fresh)
	}
	if err != nil {
		return false, err
	}
	return true, replace(fresh, to, filepath.Join(beside, "old"))
}

// replace puts fresh in the place of what is at path, which goes to old.
func replace(fresh, path, old string) error {
	err := os.Rename(fresh, path)
	if err == nil {
		return nil
	}
	if err := os.Rename(path, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(fresh, path)
}
