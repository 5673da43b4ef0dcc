package gitsync

import (
	"context"
	"io"
	"path"
	"time"

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
	// DockerWait is how long the host's Docker may take for one answer, in whole
	// seconds; 15 s when 0.
	DockerWait time.Duration
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

// switches is how a commit takes the place of another.
func (o Options) switches() config.Switch {
	if o.Switch == "" {
		return config.SwitchAuto
	}
	return o.Switch
}

// remote is where the scripts run.
func (o Options) remote() remote { return remote{o.Host, o.Dir, o.State} }
