package evidence

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/git"
)

// accepted is the error of a commit that is on no branch or tag which the environment
// accepts: a fork's commit, too, can be fetched by its hash.
func (q Question) accepted(ctx context.Context) error {
	commit := q.Release.Record.Commit
	names, err := q.Workspace.Git.Containing(ctx, commit)
	if err != nil {
		return err
	}
	if names.Default {
		return nil
	}
	patterns := q.patterns()
	for _, branch := range names.Branches {
		if matches(patterns, branch, "") {
			return nil
		}
	}
	for _, tag := range names.Tags {
		if matches(patterns, "", tag) {
			return nil
		}
	}
	ofRun, err := q.ofRun(ctx, patterns)
	if err != nil || ofRun {
		return err
	}
	if len(patterns) == 0 {
		return fmt.Errorf("commit %.7s is on no branch or tag of this clone, as far as its history goes (in CI: fetch it whole, such as with fetch-depth: 0)", commit)
	}
	var wanted []string
	for _, w := range patterns {
		if w.Branch != "" {
			wanted = append(wanted, "branch "+w.Branch)
		}
		if w.Tag != "" {
			wanted = append(wanted, "tag "+w.Tag)
		}
	}
	is := "on none of this clone"
	if all := slices.Concat(names.Branches, names.Tags); len(all) > 0 {
		is = "on " + strings.Join(all[:min(len(all), 3)], ", ")
	}
	return fmt.Errorf("commit %.7s is %s, and environment %q accepts %s (when:), as far as this clone's history goes (in CI: fetch it whole, such as with fetch-depth: 0)",
		commit, is, q.Environment.Name, strings.Join(wanted, ", "))
}

// patterns are the branches and tags that the environment accepts, as today's
// slipway.yaml has them: its own, and those of the environments that it is promoted
// from. None is all of them.
func (q Question) patterns() []config.When {
	var all []config.When
	seen := map[string]bool{}
	for e := q.Environment; !seen[e.Name]; {
		seen[e.Name] = true
		if e.Value.When != nil {
			all = append(all, *e.Value.When)
		}
		from, ok := q.Workspace.Config.Environments.Get(e.Value.PromoteFrom)
		if !ok {
			break
		}
		e = config.Entry[config.Environment]{Name: e.Value.PromoteFrom, Value: from}
	}
	return all
}

func matches(patterns []config.When, branch, tag string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(w config.When) bool { return w.Match(branch, tag) })
}

// ofRun says that the commit is that which is checked out, or before it, in a run of
// a branch or tag that the environment accepts. CI's checkout of a single commit knows
// no branches.
func (q Question) ofRun(ctx context.Context, patterns []config.When) (bool, error) {
	info := q.Workspace.Info
	if info.PullRequest || info.Branch == "" && info.GitTag == "" || !matches(patterns, info.Branch, info.GitTag) {
		return false, nil
	}
	relation, err := q.Workspace.Git.Compare(ctx, q.Release.Record.Commit, info.Commit)
	return relation == git.Same || relation == git.Ancestor, err
}
