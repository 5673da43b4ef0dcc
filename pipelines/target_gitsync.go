package pipelines

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
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/report"
)

// gitsyncKind is a directory of the repository on hosts.
type gitsyncKind struct{ config.GitSyncTarget }

// files are none: git has them.
func (k gitsyncKind) files() []string { return nil }

func (k gitsyncKind) check(context.Context, *Project, map[string][]byte) error { return nil }

func (k gitsyncKind) journal(ctx context.Context, s *stage) (deploy.Files, string, error) {
	machines, err := s.machines(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, "", err
	}
	return machines[0].host, gitsync.JournalDir(machines[0].dir, s.name), nil
}

func (k gitsyncKind) target(ctx context.Context, s *stage, name string) (deploy.Target, error) {
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
func (k gitsyncKind) on(s *stage, name string, m machine) *gitsync.Target {
	o := gitsync.Options{Name: name, Host: m.host, Dir: m.dir, State: gitsync.StateDir(m.dir, s.name, name), Switch: k.Switch}
	if s.project.repo != nil {
		o.Repo = s.project.repo
	}
	return gitsync.New(o)
}

// complete names the release's commit, and its tree if this clone has it; else
// a host may.
func (k gitsyncKind) complete(ctx context.Context, s *stage, d *deploy.Desired) error {
	p := s.project
	from, err := k.from(p)
	if err != nil {
		return err
	}
	layer := deploy.Layer{Commit: d.Release.Commit, From: from}
	if p.repo != nil {
		layer.Tree, err = p.repo.Tree(ctx, layer.Commit, from)
		if err != nil && !errors.Is(err, git.ErrNotHere) {
			return err
		}
	}
	if p.Info.Dirty && p.Info.Commit == layer.Commit {
		p.notice(report.Warning, "git sync takes what commit %.7s has, without the changes in this working tree (see `git status`)", layer.Commit)
	}
	d.Sync = []deploy.Layer{layer}
	return nil
}

// from is the directory relative to the top of the repository, with slashes.
func (k gitsyncKind) from(p *Project) (string, error) {
	dir := filepath.ToSlash(filepath.Clean(k.From))
	if p.repo != nil {
		project, err := filepath.EvalSymlinks(p.dir)
		if err != nil {
			return "", fmt.Errorf("finding %q: %w", p.dir, err)
		}
		below, err := filepath.Rel(p.repo.Dir(), project)
		if err != nil {
			return "", fmt.Errorf("finding %q in its repository: %w", p.dir, err)
		}
		dir = path.Join(filepath.ToSlash(below), dir)
	}
	if dir == "." {
		return "", nil
	}
	return dir, nil
}

func (k gitsyncKind) today(context.Context, *stage, *deploy.Desired) error { return nil }

func (k gitsyncKind) before() []config.Step { return nil }

func (k gitsyncKind) keep() int { return k.Keep }

// own are those of paths, which are relative to the project, that are in this
// directory, relative to it.
func (k gitsyncKind) own(paths []string) []string {
	from := path.Clean(filepath.ToSlash(k.From))
	var own []string
	for _, p := range paths {
		p = path.Clean(filepath.ToSlash(p))
		if from != "." {
			var inside bool
			if p, inside = strings.CutPrefix(p, from+"/"); !inside {
				continue
			}
		}
		own = append(own, p)
	}
	return own
}
