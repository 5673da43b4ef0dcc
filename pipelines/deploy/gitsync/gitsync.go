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
	"errors"
	"io"
	"path"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
)

// Repository is the clone that commits come from.
type Repository interface {
	// Entries is everything in a tree, itself first.
	Entries(ctx context.Context, tree string) ([]git.Entry, error)
	// Pack writes a packfile of just these objects to w.
	Pack(ctx context.Context, ids []string, w io.Writer) error
	// Pointer is the path of the first entry that is a Git LFS pointer, or "".
	Pointer(ctx context.Context, entries []git.Entry) (string, error)
}

// Options are where a directory is and how it is kept.
type Options struct {
	// Name is the target's in slipway.yaml.
	Name string
	Host deploy.Host
	// Dir is the directory on the host that others read, absolute.
	Dir string
	// State is a directory of this target's own on the host, absolute; see
	// StateDir.
	State string
	// Switch is how a commit takes the place of another; config.SwitchAuto when
	// empty.
	Switch config.Switch
	// Repo is the clone; nil when there is none, which is enough to go back to
	// what the host has.
	Repo Repository
}

// JournalDir is where an environment's journal is when its first target is the
// directory dir: beside it, because dir itself is switched.
func JournalDir(dir, environment string) string {
	return path.Join(path.Dir(dir), ".slipway", environment)
}

// StateDir is where the target called name of that environment keeps its state.
func StateDir(dir, environment, name string) string {
	return path.Join(JournalDir(dir, environment), "targets", name)
}

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

// errNoGit is what a host without git says.
var errNoGit = errors.New("the host has no git; install it (Debian, Ubuntu, Amazon Linux: package git)")

// layer says which commit it is, for people.
func layerText(l deploy.Layer) string {
	if l.Commit == "" {
		return "what was there before"
	}
	return "commit " + short(l.Commit)
}

func short(id string) string { return id[:min(len(id), 7)] }
