package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/scaffold"
)

// initConfig writes slipway.yaml into the current directory unless the project
// has one, and returns its path.
func (g *globals) initConfig(ctx context.Context) (string, error) {
	path, err := g.config, error(nil)
	if path == "" {
		path, err = config.Find(".")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", flagError{err}
	}
	if path == "" {
		path = "slipway.yaml"
	}
	switch _, err := os.Lstat(path); {
	case err == nil:
		fmt.Fprintf(g.env.Err, "kept %s\n", path)
		return path, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	text, notes, err := scaffold.Project(ctx, os.DirFS(dir), filepath.Base(dir))
	for _, note := range notes {
		fmt.Fprintln(g.env.Err, note)
	}
	if errors.Is(err, scaffold.ErrNothing) {
		return "", flagError{err}
	}
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	return path, g.write(ctx, path, text)
}

// write writes a file of the project and says so.
func (g *globals) write(ctx context.Context, path string, text []byte) error {
	if err := (deploy.LocalHost{}).WriteFile(ctx, path, text, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	fmt.Fprintf(g.env.Err, "wrote %s\n", path)
	return nil
}
