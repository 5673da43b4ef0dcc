package targets

import (
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/workspace"
)

// Narrow keeps the items of targets that have one of the paths, which are
// relative to the project, and lets just these paths of them change. No paths
// change nothing.
func (e *Environment) Narrow(items []rollout.Item, paths []string) ([]rollout.Item, error) {
	if len(paths) == 0 {
		return items, nil
	}
	var narrowed []rollout.Item
	taken := map[string]bool{}
	for i, target := range e.Targets {
		for _, path := range paths {
			taken[path] = taken[path] || len(target.kind.within([]string{path})) > 0
		}
		if within := target.kind.within(paths); len(within) > 0 {
			item := items[i]
			item.Desired.Paths = within
			narrowed = append(narrowed, item)
		}
	}
	outside := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return taken[path] })
	if len(outside) > 0 {
		return nil, workspace.Usage("--paths %s: no git sync target of environment %q has files there; paths are relative to the project, such as dags/a.py",
			strings.Join(outside, ","), e.Name)
	}
	return narrowed, nil
}
