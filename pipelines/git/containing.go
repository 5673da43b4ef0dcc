package git

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Names are branches and tags.
type Names struct {
	Branches []string
	Tags     []string
	// Default says that the default branch of the remote is among them.
	Default bool
}

// Containing are the branches and tags of this clone whose history has a full
// commit: local branches, and those of the remote that it was cloned from, which is
// origin, or the only one. Other remotes may be somebody else's fork.
func (r *Repository) Containing(ctx context.Context, commit string) (Names, error) {
	var names Names
	if !IsCommit(commit) {
		return names, fmt.Errorf("looking for commit %q: it is not a full commit of 40 or 64 hex characters", commit)
	}
	f := Files{r, commit}
	out, err := f.plainly("for-each-ref", "--contains", commit, "--format=%(refname)", "refs/heads", "refs/tags", "refs/remotes").Output(ctx)
	if err != nil {
		return names, fmt.Errorf("looking for the branches and tags with commit %s: %w", commit, explain(err, r.dir))
	}
	remotes, err := r.run(ctx, "remote")
	if err != nil {
		return names, fmt.Errorf("listing the remotes: %w", err)
	}
	from := "refs/remotes/origin/"
	if all := strings.Fields(remotes); len(all) == 1 {
		from = "refs/remotes/" + all[0] + "/"
	}
	for ref := range strings.Lines(string(out)) {
		ref = strings.TrimSuffix(ref, "\n")
		if tag, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
			names.Tags = append(names.Tags, tag)
		}
		branch, ok := strings.CutPrefix(ref, "refs/heads/")
		if !ok {
			branch, ok = strings.CutPrefix(ref, from)
		}
		switch {
		case !ok || slices.Contains(names.Branches, branch):
		case branch == "HEAD" && strings.HasPrefix(ref, from):
			names.Default = true
		default:
			names.Branches = append(names.Branches, branch)
		}
	}
	return names, nil
}
