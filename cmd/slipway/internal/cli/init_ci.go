package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lazy"
	"git.example/slipway/pipelines/scaffold"
)

// initCI writes the CI files of a project beside its slipway.yaml: of the
// systems, or of those that it has a directory for when there are none.
func (g *globals) initCI(ctx context.Context, path string, systems []scaffold.System, o *initOptions) error {
	dir := filepath.Dir(path)
	root := os.DirFS(dir)
	if len(systems) == 0 {
		systems = scaffold.Found(root)
	}
	if len(systems) == 0 {
		fmt.Fprintln(g.env.Err, noCI(dir))
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
		text, err := scaffold.CI(system, root, c, scaffold.Module{Address: o.module, Own: o.own, Version: moduleVersion()})
		if errors.Is(err, scaffold.ErrNoModule) && len(o.ci) == 0 {
			fmt.Fprintf(g.env.Err, "no CI file: nothing says where you keep Slipway; with its address: slipway init --ci %s --module HOST/PATH\n", system)
			continue
		}
		if errors.Is(err, scaffold.ErrNoModule) {
			return flagError{fmt.Errorf("writing %s: %w: give the address of the repository that you keep Slipway in with --module, or have it in dagger.json with dagger init --blueprint=ADDRESS first", file, err)}
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", file, err)
		}
		if err := g.write(ctx, file, text); err != nil {
			return err
		}
		o.written = append(o.written, file)
	}
	return g.initWorkspace(ctx, dir, c, o)
}

// noCI says why no CI file is written: the project has no directory of a CI system,
// or it is below the root of the repository, where CI systems look.
func noCI(dir string) string {
	for at, err := filepath.Abs(dir); err == nil && at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err != nil {
			continue
		}
		if found := scaffold.Found(os.DirFS(at)); len(found) > 0 && !sameDir(at, dir) {
			return fmt.Sprintf("no CI file: %s is at the root of the repository, and this project is below it; call slipway there with --config %s", found[0].Dir(), configFrom(at, dir))
		}
		break
	}
	return "no CI file: there is neither .github nor .circleci; for one: slipway init --ci github"
}

func sameDir(a, b string) bool {
	b, err := filepath.Abs(b)
	return err == nil && a == b
}

// configFrom is the path of the project's slipway.yaml from the repository's root.
func configFrom(root, dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "slipway.yaml"
	}
	name, err := filepath.Rel(root, filepath.Join(dir, "slipway.yaml"))
	if err != nil {
		return "slipway.yaml"
	}
	return filepath.ToSlash(name)
}

// ciSystems are the CI systems that are named, each once.
func ciSystems(names []string) ([]scaffold.System, error) {
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

// releasedVersion is what a release calls itself.
var releasedVersion = lazy.Regexp(`^v?[0-9]+\.[0-9]+\.[0-9]+$`)

// moduleVersion is the version of the Dagger module that CI calls: this release,
// or else the main branch.
func moduleVersion() string {
	if v := ownVersion(); releasedVersion().MatchString(v) {
		return "v" + strings.TrimPrefix(v, "v")
	}
	return "main"
}
