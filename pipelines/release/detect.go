package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/git"
)

// Detect finds out what is being released: from the flags, else the
// SLIPWAY_* variables, else those of the CI system, else the git checkout
// (nil when there is none).
//
// The commit is always the one whose files are there: HEAD, when there is a
// checkout. A CI system that names another one (GitHub does for events such as
// workflow_run) is overruled, and so are its branch and tag, which a Note says;
// a user who names another one gets an error.
func Detect(ctx context.Context, env Lookup, checkout *git.Repository, flags Overrides) (Info, error) {
	info := fromCI(env)
	given, runURL := fromSlipway(env)
	given = Overrides{
		Build:  cmp.Or(flags.Build, given.Build),
		Commit: cmp.Or(flags.Commit, given.Commit),
		Branch: cmp.Or(flags.Branch, given.Branch),
		GitTag: cmp.Or(flags.GitTag, given.GitTag),
	}
	info.RunURL = cmp.Or(runURL, info.RunURL)
	info.Build = cmp.Or(given.Build, info.Build)
	if err := checkBuild(info.Build); err != nil {
		return Info{}, err
	}
	if err := fillCommit(ctx, &info, checkout, given.Commit); err != nil {
		return Info{}, err
	}
	if given.Branch != "" || given.GitTag != "" {
		info.Branch, info.GitTag = given.Branch, given.GitTag
	}
	info.Source = git.WithoutCredentials(info.Source)
	return info, nil
}

// fillCommit sets Commit and what comes from the checkout.
func fillCommit(ctx context.Context, info *Info, checkout *git.Repository, given string) error {
	if checkout == nil {
		info.Commit = strings.ToLower(cmp.Or(given, info.Commit))
		switch {
		case info.Commit == "":
			return errors.New("finding the commit: there is no git repository and no CI system's variable; run in a git checkout, or give --commit with the full commit")
		case !git.IsCommit(info.Commit):
			return fmt.Errorf("finding the commit: %q is not a full commit of 40 or 64 hex characters, and there is no git repository to find it in", info.Commit)
		}
		return nil
	}
	state, err := checkout.State(ctx)
	if err != nil {
		return err
	}
	if given != "" {
		full, err := checkout.Resolve(ctx, given)
		if err != nil {
			return err
		}
		if full != state.Commit {
			return fmt.Errorf("finding the commit: commit %q was given, but %s is checked out; check out the one that you mean", given, state.Commit)
		}
	}
	fillFromCheckout(info, state)
	return nil
}

func fillFromCheckout(info *Info, state git.State) {
	agrees := info.Commit == "" || strings.EqualFold(info.Commit, state.Commit)
	if !agrees {
		info.Notes = append(info.Notes, fmt.Sprintf(
			"the CI run is of commit %s but %s is checked out: commit, branch and git tag are taken from the checkout", info.Commit, state.Commit))
		info.Branch, info.GitTag = "", ""
	}
	if info.Branch == "" && info.GitTag == "" {
		info.Branch = state.Branch
		if state.Branch == "" && len(state.Tags) > 0 {
			info.GitTag = state.Tags[0]
		}
	}
	info.Commit, info.CommitTime = state.Commit, state.CommitTime
	info.Dirty, info.DirtyDigest, info.Changed = state.Dirty, state.DirtyDigest, state.Changed
	info.Shallow = state.Shallow
	info.Source = cmp.Or(info.Source, address(state.Remote))
}

// address is a remote that others may know: a path of this machine says nothing
// to them.
func address(remote string) string {
	if filepath.IsAbs(remote) || !strings.Contains(remote, ":") || strings.HasPrefix(remote, "file:") {
		return ""
	}
	return remote
}
