package pipelines

import (
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy/rollout"
)

// narrow keeps the git sync targets that have one of the paths, which are
// relative to the project, and lets just these paths of them change.
func narrow(s *stage, items []rollout.Item, paths []string) ([]rollout.Item, error) {
	if len(paths) == 0 {
		return items, nil
	}
	var narrowed []rollout.Item
	taken := map[string]bool{}
	for i, target := range s.targets {
		k, ok := target.kind.(gitsyncKind)
		if !ok {
			continue
		}
		for _, path := range paths {
			taken[path] = taken[path] || len(k.own([]string{path})) > 0
		}
		if own := k.own(paths); len(own) > 0 {
			item := items[i]
			item.Desired.Paths = own
			narrowed = append(narrowed, item)
		}
	}
	outside := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return taken[path] })
	if len(outside) > 0 {
		return nil, usage("--paths %s: no git sync target of environment %q has files there; paths are relative to the project, such as dags/a.py",
			strings.Join(outside, ","), s.name)
	}
	return narrowed, nil
}
