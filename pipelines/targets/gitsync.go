package targets

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/deploy/gitsync"
	"git.example/slipway/pipelines/deploy/rehearsal"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// gitsyncKind is a directory of the repository on hosts. It has no files to record:
// git has them.
type gitsyncKind struct {
	plain
	config.GitSyncTarget
}

// ownDirs is the folder itself, on this machine: it is a copy of what git has.
func (k gitsyncKind) ownDirs() []string {
	if len(k.Hosts) > 0 {
		return nil
	}
	return []string{k.Path, gitsync.JournalDir(k.Path, "")}
}

func (k gitsyncKind) journal(ctx context.Context, s *site) (deploy.Files, string, error) {
	first, err := s.firstMachine(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, "", err
	}
	return first.host, gitsync.JournalDir(first.dir, s.name), nil
}

func (k gitsyncKind) target(ctx context.Context, s *site, name string) (deploy.Target, error) {
	machines, err := s.machines(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, err
	}
	if len(machines) == 1 {
		return k.on(s, name, machines[0]), nil
	}
	o := fleet.Options{Name: name, Batches: k.Batches}
	for _, m := range machines {
		o.Members = append(o.Members, fleet.Member{Host: m.name, Target: k.on(s, name, m)})
	}
	return fleet.New(o), nil
}

// on is the target on one machine.
func (k gitsyncKind) on(s *site, name string, m machine) *gitsync.Target {
	o := gitsync.Options{Name: name, Host: m.withDocker(), Dir: m.dir, State: gitsync.StateDir(m.dir, s.name, name), Switch: k.Switch}
	if s.workspace.Git != nil {
		o.Repo = s.workspace.Git
	}
	return gitsync.New(o)
}

// describe names the release's commit, and its tree if this clone has it; else
// a host may.
func (k gitsyncKind) describe(ctx context.Context, s *site, _ published.Release, d *deploy.Desired) error {
	w := s.workspace
	from, err := k.from(w)
	if err != nil {
		return err
	}
	layer := deploy.Layer{Commit: d.Release.Commit, From: from}
	if w.Git != nil {
		layer.Tree, err = w.Git.Tree(ctx, layer.Commit, from)
		if err != nil && !errors.Is(err, git.ErrNotHere) {
			return err
		}
	}
	if w.Info.Dirty && w.Info.Commit == layer.Commit {
		w.Notice(report.Warning, "git sync takes what commit %.7s has, without the changes in this working tree (see `git status`)", layer.Commit)
	}
	d.Sync = []deploy.Layer{layer}
	return nil
}

// from is the directory relative to the top of the repository, with slashes.
func (k gitsyncKind) from(w *workspace.Workspace) (string, error) {
	dir := filepath.ToSlash(filepath.Clean(k.From))
	if w.Git != nil {
		project, err := filepath.EvalSymlinks(w.Dir)
		if err != nil {
			return "", fmt.Errorf("finding %q: %w", w.Dir, err)
		}
		below, err := filepath.Rel(w.Git.Dir(), project)
		if err != nil {
			return "", fmt.Errorf("finding %q in its repository: %w", w.Dir, err)
		}
		dir = path.Join(filepath.ToSlash(below), dir)
	}
	if dir == "." {
		return "", nil
	}
	return dir, nil
}

func (k gitsyncKind) keep() int { return k.Keep }

// within are those of paths, which are relative to the project, that are in this
// directory, relative to it.
func (k gitsyncKind) within(paths []string) []string {
	from := path.Clean(filepath.ToSlash(k.From))
	var found []string
	for _, p := range paths {
		p = path.Clean(filepath.ToSlash(p))
		if from != "." {
			var inside bool
			if p, inside = strings.CutPrefix(p, from+"/"); !inside {
				continue
			}
		}
		found = append(found, p)
	}
	return found
}

// differences compare the directory's tree in two commits: other changes of the
// repository are none of this target.
func (k gitsyncKind) differences(ctx context.Context, s *site, want, live deploy.Desired) []string {
	if len(want.Sync) == 0 || len(live.Sync) == 0 {
		return []string{"what is live of it is no commit"}
	}
	repo := s.workspace.Git
	top, below := want.Sync[0], live.Sync[0]
	for _, layer := range live.Sync[1:] {
		return []string{fmt.Sprintf("single paths of commit %.7s are live", layer.Commit)}
	}
	if below.Tree == "" && repo != nil {
		below.Tree, _ = repo.Tree(ctx, below.Commit, below.From)
	}
	switch {
	case top.Commit == below.Commit && top.From == below.From, top.Tree != "" && top.Tree == below.Tree:
		return nil
	case top.Tree == "" || below.Tree == "":
		return []string{fmt.Sprintf("this clone can't tell whether commits %.7s and %.7s differ", below.Commit, top.Commit)}
	}
	if repo != nil {
		if paths, err := repo.Changed(ctx, below.Tree, top.Tree); err == nil {
			return []string{fmt.Sprintf("%s since commit %.7s", pathsText(paths), below.Commit)}
		}
	}
	return []string{fmt.Sprintf("its files are not those of commit %.7s", below.Commit)}
}

// pathsText reads as "a.py and 2 more differ".
func pathsText(paths []string) string {
	switch len(paths) {
	case 0:
		return "nothing differs"
	case 1:
		return paths[0] + " differs"
	}
	return fmt.Sprintf("%s and %d more differ", paths[0], len(paths)-1)
}

// uses are none: git has the files.
func (k gitsyncKind) uses(context.Context, *site, deploy.Desired) ([]string, error) { return nil, nil }

func (k gitsyncKind) hosts(ctx context.Context, s *site, name string) ([]Host, error) {
	machines, err := s.machines(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, err
	}
	hosts := make([]Host, len(machines))
	for i, m := range machines {
		target := k.on(s, name, m)
		rehearse := func(ctx context.Context, stages *rehearsal.Stages, _ pulls) []deploy.Finding {
			return target.Rehearse(ctx, stages)
		}
		hosts[i] = Host{Target: name, machine: m, places: target.Places(), rehearse: rehearse}
	}
	return hosts, nil
}

func (k gitsyncKind) place(ctx context.Context, s *site) (string, error) {
	first, err := s.firstMachine(ctx, k.Hosts, k.Path)
	return "gitsync " + first.String(), err
}

func (k gitsyncKind) at(recorded config.Target) kind {
	k.Path = recorded.GitSync.Path
	return k
}

// syncedDirs are the directories that git sync targets of an environment bring to
// hosts.
func syncedDirs(w *workspace.Workspace, e config.Environment) []string {
	var dirs []string
	for _, t := range e.Deploy {
		k := t.Value.GitSync
		switch {
		case k == nil:
		case len(k.Hosts) == 0:
			dirs = append(dirs, w.Path(k.Path))
		default:
			dirs = append(dirs, path.Clean(k.Path))
		}
	}
	return dirs
}
