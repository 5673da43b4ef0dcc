// Package gitsync puts a directory of a commit onto one host, without
// restarting anything that reads it. The host needs git and a POSIX shell.
// Only the objects that it does not have travel to it, over the connection of
// the deploy, so no key of the repository is ever there.
//
// Each commit gets a directory of its own, and one symbolic link is switched by
// rename. Where a container mounts the folder itself, which it would see
// unchanged after a switch, the files are changed one by one instead, each by
// rename. In the target's state directory:
//
//	repo.git/           the objects of the last releases
//	trees/<tree>.<n>/   directories that the link points to, or did
//	index/<name>        git's index of each of them
//	aside/<n>/          files that nobody had released, moved out of the way
//	state.json          see state
package gitsync

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"

	"git.example/slipway/pipelines/deploy"
)

// Target is a directory on a host.
type Target struct{ Options }

var (
	_ deploy.Target = (*Target)(nil)
	_ deploy.Pruner = (*Target)(nil)
)

// New is the target that o describes.
func New(o Options) *Target {
	o.Dir, o.State = path.Clean(o.Dir), path.Clean(o.State)
	return &Target{o}
}

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.Options.Name }

// Observe reads what is in the directory.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	o, err := observe(ctx, t.Options, d, true)
	if err != nil {
		return deploy.Observed{}, err
	}
	observed := deploy.Observed{State: o}
	if o.state.Tree != "" && o.ours {
		observed.Running = []deploy.Running{o.running(t.Dir)}
	}
	if o.adopt != "" && len(d.Sync) > 0 {
		observed.Previous = &deploy.Desired{
			Project: d.Project, Environment: d.Environment, Sync: []deploy.Layer{{Tree: o.adopt}},
		}
	}
	return observed, nil
}

// Pull brings the objects of the commits to the host. A host that has them is
// asked once and told nothing.
func (t *Target) Pull(ctx context.Context, d deploy.Desired, log io.Writer) error {
	return sender{t.remote(), t.Repo}.pull(ctx, d, log)
}

// Plan compares the directory with the release.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	return makePlan(t.Options, d, observed)
}

// Apply makes the plan true. It is one script, and every step of it can be done
// again: a run that was killed is completed by the next one.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	var a actions
	if err := json.Unmarshal(p.Actions, &a); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.Name(), err)
	}
	return applier{t.Options, t.remote()}.apply(ctx, d, a, s)
}

// Verify compares every file with the commit, by content where it was touched.
// Python's caches and what the directory's own .gitignore ignores are no
// differences.
func (t *Target) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	return prove(ctx, t.Options, d)
}

// Prune removes commits that only releases of drop have, and the directories
// of trees that no kept release has. What was adopted always stays.
func (t *Target) Prune(ctx context.Context, drop, keep []deploy.Desired, _ io.Writer) error {
	return t.remote().prune(ctx, drop, keep)
}
