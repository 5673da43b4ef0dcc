package checks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/workspace"
)

// Refuse says before anything runs what checks may not do: export into .git, whose
// hooks and settings are programs that git runs, or over a file that git tracks.
func Refuse(ctx context.Context, w *workspace.Workspace, checks config.Map[config.Check]) error {
	tracked, below, err := trackedFiles(ctx, w, checks)
	if err != nil {
		return err
	}
	var problems []error
	for _, check := range checks {
		for _, export := range check.Value.Export {
			if err := refuseExport(export, tracked, below); err != nil {
				problems = append(problems, fmt.Errorf("check %q exports %q: %w", check.Name, export, err))
			}
		}
	}
	return errors.Join(problems...)
}

func refuseExport(export string, tracked []string, below string) error {
	name := filepath.ToSlash(exportName(export))
	if slices.ContainsFunc(strings.Split(name, "/"), isGit) {
		return errors.New("it would write into .git, whose hooks and settings git runs: export to another place")
	}
	at := path.Join(below, name)
	for _, file := range tracked {
		if file == at || strings.HasPrefix(file, at+"/") || strings.HasPrefix(at, file+"/") {
			return fmt.Errorf("it would replace %q, which git tracks: export to a path of its own, and add that to .gitignore", file)
		}
	}
	return nil
}

// trackedFiles are the paths that git tracks, and the project's own path among them.
func trackedFiles(ctx context.Context, w *workspace.Workspace, checks config.Map[config.Check]) (paths []string, below string, err error) {
	exports := slices.ContainsFunc(checks, func(c config.Entry[config.Check]) bool { return len(c.Value.Export) > 0 })
	if w.Git == nil || !exports {
		return nil, "", nil
	}
	modes, err := w.Git.Tracked(ctx)
	if err != nil {
		return nil, "", err
	}
	project, err := filepath.EvalSymlinks(w.Dir)
	if err != nil {
		return nil, "", fmt.Errorf("finding %q: %w", w.Dir, err)
	}
	rel, err := filepath.Rel(w.Git.Dir(), project)
	if err != nil {
		return nil, "", fmt.Errorf("finding %q in its repository: %w", w.Dir, err)
	}
	return slices.Sorted(maps.Keys(modes)), filepath.ToSlash(rel), nil
}
