package gitsync

import (
	"fmt"

	"git.example/slipway/pipelines/deploy"
)

// observation is what the directory looks like.
type observation struct {
	// kind is "missing", "link", "directory" or "other".
	kind string
	// target of a link.
	target string
	// ours says that a release of ours, or what it adopted, is there.
	ours bool
	// linked says that the link leads to one of our trees.
	linked bool
	state  state
	// want is the tree that the release makes; empty when the host does not have it.
	want string
	// before is the tree that was adopted; empty for none.
	before string
	// adopt is the tree of what is there now and is nobody's release.
	adopt string
	// differs are the paths in which what is there is not what is wanted, edited
	// those in which it is not what was put there last.
	differs, edited []difference
	// changed are the files that differ between what was put there last and what is
	// wanted.
	changed []difference
	// containers are those that may mount the directory.
	containers
	// mountPoint says that the directory is a file system of its own, which can't be renamed.
	mountPoint bool
}

// difference is one path that is not as it should be.
type difference struct {
	// kind is git's letter: M and T for other content, D for missing, ? for extra.
	kind, path string
}

// running is what is there, as plans and proofs have it.
func (o observation) running(dir string) deploy.Running {
	how := "switched by link"
	if o.state.InPlace {
		how = "changed in place"
	}
	return deploy.Running{Subject: dir, ID: o.state.Commit, Image: "tree:" + o.state.Tree, State: how}
}

// text is what is there, for people.
func (o observation) text() string {
	switch {
	case o.kind == "missing":
		return ""
	case !o.ours && o.adopt == "":
		return "an empty directory"
	case !o.ours:
		return "what is there now"
	case o.state.Commit == "":
		return "what was there before"
	}
	return "commit " + short(o.state.Commit)
}

// byHand are the paths that somebody edited since the last deploy.
func (o observation) byHand() []difference {
	if o.state.Tree == o.want {
		return o.differs
	}
	return o.edited
}

// fingerprint changes with everything that the plan depends on. Whether the host has
// the release's files yet makes no difference.
func (o observation) fingerprint() string {
	return fmt.Sprintf("%s %s %d edited", o.kind, short(o.state.Tree+o.adopt), len(o.byHand()))
}
