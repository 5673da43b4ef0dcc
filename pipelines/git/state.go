package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrNoCommit is wrapped by the error of a repository in which nothing was
// committed yet.
var ErrNoCommit = errors.New("the repository has no commit yet; commit first")

// State is what is checked out.
type State struct {
	// Commit is HEAD's full commit, 40 or 64 lowercase hex characters.
	Commit string
	// CommitTime is when HEAD was committed, in UTC, to the second.
	CommitTime time.Time
	// Branch is empty when HEAD is detached.
	Branch string
	// Tags are the tags that point at HEAD, the highest version first.
	Tags []string
	// Dirty says that the work tree or the index differs from HEAD, or that
	// there are files that are neither tracked nor ignored.
	Dirty bool
	// Changed are the files that make it dirty, relative to the top of the work
	// tree, with slashes.
	Changed []string
	// DirtyDigest is 64 hex characters that depend on the changed files' names,
	// contents and executable bits alone. Empty when the tree is clean.
	DirtyDigest string
	// Shallow says that the clone's history is cut off.
	Shallow bool
	// Remote is the URL of the remote "origin", without credentials; empty
	// when there is none.
	Remote string
}

// State reads what is checked out now.
func (r *Repository) State(ctx context.Context) (State, error) {
	var s State
	read := []func(context.Context, *State) error{r.readChange, r.readCommit, r.readTags, r.readShallow, r.readRemote}
	for _, step := range read {
		if err := step(ctx, &s); err != nil {
			return State{}, fmt.Errorf("reading the git repository at %q: %w", r.dir, err)
		}
	}
	return s, nil
}

func (r *Repository) readCommit(ctx context.Context, s *State) error {
	out, err := r.run(ctx, "show", "--no-patch", "--no-show-signature", "--no-notes", "--format=%ct", s.Commit, "--")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
	if err != nil {
		return fmt.Errorf("reading the time of commit %s: %w", s.Commit, err)
	}
	s.CommitTime = time.Unix(seconds, 0).UTC()
	return nil
}

func (r *Repository) readTags(ctx context.Context, s *State) error {
	out, err := r.run(ctx, "tag", "--points-at", s.Commit, "--sort=-version:refname")
	s.Tags = strings.Fields(out)
	return err
}

func (r *Repository) readShallow(ctx context.Context, s *State) error {
	out, err := r.run(ctx, "rev-parse", "--is-shallow-repository")
	s.Shallow = strings.TrimSpace(out) == "true"
	return err
}
