package checks

import (
	"path"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// NoteExports says which changed files of the checkout are what checks have
// exported: they make a release of another tree, until git ignores them.
func NoteExports(w *workspace.Workspace) {
	if !w.Info.Dirty || w.Git == nil {
		return
	}
	project, err := filepath.EvalSymlinks(w.Dir)
	if err != nil {
		return
	}
	below, err := filepath.Rel(w.Git.Dir(), project)
	if err != nil {
		return
	}
	for _, check := range w.Config.Checks {
		for _, export := range check.Value.Export {
			name := path.Join(filepath.ToSlash(below), filepath.ToSlash(exportName(export)))
			for _, changed := range w.Info.Changed {
				if changed == name || strings.HasPrefix(changed, name+"/") {
					w.Notice(report.Warning, "%s, which check %q exports, makes this tree another one than the commit's: add it to .gitignore", name, check.Name)
					break
				}
			}
		}
	}
}
