package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/scaffold"
)

// initProject writes slipway.yaml where there is none, and CI files.
func (g *globals) initProject(ctx context.Context, o initOptions) error {
	systems, err := systems(o.ci)
	if err != nil {
		return err
	}
	path, err := g.initConfig(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	root := os.DirFS(dir)
	if len(o.ci) == 0 {
		systems = scaffold.Found(root)
	}
	if len(systems) == 0 {
		fmt.Fprintln(g.env.Err, "no CI file: there is neither .github nor .circleci; for one: slipway init --ci github")
		return nil
	}
	c, err := config.Load(path)
	if err != nil {
		return err
	}
	for _, system := range systems {
		file := filepath.Join(dir, filepath.FromSlash(system.File()))
		_, err := os.Lstat(file)
		if err == nil && !o.force {
			fmt.Fprintf(g.env.Err, "kept %s\n", file)
			continue
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("writing %s: %w", file, err)
		}
		text, err := scaffold.CI(system, root, c, moduleVersion())
		if err != nil {
			return fmt.Errorf("writing %s: %w", file, err)
		}
		if err := g.write(ctx, file, text); err != nil {
			return err
		}
	}
	return nil
}

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

func (g *globals) write(ctx context.Context, path string, text []byte) error {
	if err := (deploy.LocalHost{}).WriteFile(ctx, path, text, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	fmt.Fprintf(g.env.Err, "wrote %s\n", path)
	return nil
}

// systems are the CI systems that are named, each once.
func systems(names []string) ([]scaffold.System, error) {
	var all []scaffold.System
	for _, name := range names {
		s := scaffold.System(name)
		if !slices.Contains(scaffold.Systems(), s) {
			return nil, flagError{fmt.Errorf("unknown CI system %q: --ci takes github or circleci", name)}
		}
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all, nil
}

var released = regexp.MustCompile(`^v?[0-9]+\.[0-9]+\.[0-9]+$`)

// moduleVersion is the version of the Dagger module that CI calls: this release,
// or else the main branch.
func moduleVersion() string {
	if v := ownVersion(); released.MatchString(v) {
		return "v" + strings.TrimPrefix(v, "v")
	}
	return "main"
}
