package terraform

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/git"
)

// codeVersion is which infrastructure code plans.
type codeVersion struct {
	// commit is empty when the code is in no repository.
	commit string
	// edited says that the code differs from that commit.
	edited bool
}

// String names the commit.
func (v codeVersion) String() string {
	switch {
	case v.commit == "":
		return "no commit"
	case v.edited:
		return fmt.Sprintf("commit %.12s with changes", v.commit)
	}
	return fmt.Sprintf("commit %.12s", v.commit)
}

// codeVersion is the version of the infrastructure code: its commit, and whether
// the tree was edited since. Tag maps do not count: deploys write them.
func (o Options) codeVersion(ctx context.Context) (codeVersion, error) {
	repository, err := git.Open(ctx, o.module().dir())
	if errors.Is(err, git.ErrNoRepository) {
		return codeVersion{}, nil
	}
	if err != nil {
		return codeVersion{}, err
	}
	without := []string{}
	for _, path := range append([]string{o.module().mapFile()}, o.TagMaps...) {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			continue // there is none, so it was not edited
		}
		if path, err = filepath.Rel(repository.Dir(), filepath.Join(dir, filepath.Base(path))); err == nil {
			without = append(without, filepath.ToSlash(path))
		}
	}
	state, err := repository.Without(without...).State(ctx)
	if errors.Is(err, git.ErrNoCommit) {
		return codeVersion{}, nil
	}
	return codeVersion{state.Commit, state.Dirty}, err
}
