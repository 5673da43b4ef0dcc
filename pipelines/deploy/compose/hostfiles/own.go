package hostfiles

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Own are the needs of a stack that the host has to meet itself. resolved is the
// project as the host's compose resolved it, all as its files have it: some of what
// they say is not in the resolved one. A deploy makes the versions, the stack's
// directory, the env file and what a proxy is switched with; other targets make
// what is theirs.
func Own(s stack.Stack, d deploy.Desired, env string, versions []Version, resolved, all *types.Project) []composefile.Need {
	if resolved == nil {
		return nil
	}
	written := composefile.Needs(all)
	var own []composefile.Need
	for _, n := range composefile.Needs(resolved) {
		n.MustExist = slices.ContainsFunc(written, func(w composefile.Need) bool {
			return w.Kind == n.Kind && w.Service == n.Service && w.Target == n.Target && w.MustExist
		})
		if name, ok := released(s, d, n.Path); ok {
			_, n.Committed = d.HostDirectories[name]
			n.InProject = !slices.ContainsFunc(s.Config.HostFiles, func(own string) bool { return within(n.Path, path.Join(s.Dir, own)) })
		}
		own = append(own, n)
	}
	return slices.DeleteFunc(own, func(n composefile.Need) bool {
		switch {
		case within(s.Dir, n.Path):
			return true
		case n.Path == env && d.Env != nil:
			return true
		case slices.ContainsFunc(s.Synced, func(dir string) bool { return within(n.Path, dir) || within(dir, n.Path) }):
			return true // with the same deploy, be it after this one
		case within(n.Path, Dir(s)):
			return true
		}
		if _, travels := At(versions, n.Path); travels {
			return true
		}
		return s.Config.Switch != nil && n.Path == path.Join(s.Dir, path.Dir(s.Config.Switch.File))
	})
}

// within says that a path is a directory or in it.
func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}
