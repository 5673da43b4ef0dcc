package git

import (
	"context"
	"fmt"
	"strings"
)

// Relation is how one commit stands to another in history.
type Relation string

// The relations of a commit a to a commit b.
const (
	Same       Relation = "same"
	Ancestor   Relation = "ancestor"   // a is older: b contains it
	Descendant Relation = "descendant" // a is newer: it contains b
	Diverged   Relation = "diverged"   // neither contains the other
	Unknown    Relation = "unknown"    // a commit or the history between them is not in this clone
)

// Compare says how commit a stands to commit b; both are full commits. What a
// shallow clone can't prove is Unknown.
func (r *Repository) Compare(ctx context.Context, a, b string) (Relation, error) {
	a, b = strings.ToLower(a), strings.ToLower(b)
	for _, commit := range []string{a, b} {
		if !IsCommit(commit) {
			return "", fmt.Errorf("comparing commits: %q is not a full commit of 40 or 64 hex characters", commit)
		}
	}
	if a == b {
		return Same, nil
	}
	relation, err := r.compare(ctx, a, b)
	if err != nil {
		return "", fmt.Errorf("comparing commits %s and %s: %w", a, b, err)
	}
	return relation, nil
}

func (r *Repository) compare(ctx context.Context, a, b string) (Relation, error) {
	check := gitCommand(r.dir, "cat-file", "--batch-check")
	check.Stdin = strings.NewReader(a + "^{commit}\n" + b + "^{commit}\n")
	found, err := check.Output(ctx)
	if err != nil {
		return "", explain(err, r.dir)
	}
	if strings.Count(string(found), " commit ") != 2 {
		return Unknown, nil
	}
	out, err := r.run(ctx, "rev-list", "--left-right", "--count", a+"..."+b, "--")
	if err != nil {
		return "", err
	}
	var onlyA, onlyB int
	if _, err := fmt.Sscan(out, &onlyA, &onlyB); err != nil {
		return "", fmt.Errorf("reading the output of git rev-list: %w", err)
	}
	switch {
	case onlyA == 0:
		return Ancestor, nil
	case onlyB == 0:
		return Descendant, nil
	}
	var s State
	if err := r.readShallow(ctx, &s); err != nil {
		return "", err
	}
	if s.Shallow {
		return Unknown, nil
	}
	return Diverged, nil
}
