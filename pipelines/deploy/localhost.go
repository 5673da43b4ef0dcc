package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/boundary"
	"git.example/slipway/pipelines/command"
)

// LocalHost is this machine.
type LocalHost struct{}

var _ Host = LocalHost{}

// Run runs c here.
func (LocalHost) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	return c.Run(ctx, stdout, stderr)
}

// ReadFile reads a file of this machine.
func (LocalHost) ReadFile(_ context.Context, path string) ([]byte, error) { return os.ReadFile(path) }

// WriteFile writes a file by rename.
func (LocalHost) WriteFile(_ context.Context, path string, data []byte, mode fs.FileMode) error {
	if err := makeParents(path); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails when the rename was made
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(boundary.Mode(path, mode)), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// MkdirExclusive makes a directory that must not exist.
func (LocalHost) MkdirExclusive(_ context.Context, path string) error {
	if err := makeParents(path); err != nil {
		return err
	}
	return os.Mkdir(path, boundary.Mode(path, 0o755))
}

// makeParents makes the directories above a path.
func makeParents(name string) error {
	if _, err := os.Stat(filepath.Dir(name)); err == nil {
		return nil
	}
	for _, dir := range boundary.Parents(filepath.ToSlash(name)) {
		if err := os.Mkdir(dir, boundary.Mode(dir, 0o755)); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// List lists a directory.
func (LocalHost) List(_ context.Context, path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// Remove removes a file or a directory.
func (LocalHost) Remove(_ context.Context, path string) error { return os.RemoveAll(path) }
