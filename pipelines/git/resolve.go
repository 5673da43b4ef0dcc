package git

import (
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var fullCommit = lazy.Regexp(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// IsCommit says whether s is a full commit: 40 (SHA-1) or 64 (SHA-256)
// lowercase hex characters.
func IsCommit(s string) bool { return fullCommit().MatchString(s) }

// Resolve is the full commit that revision (an abbreviated commit, a branch, a
// tag) names in this clone.
func (r *Repository) Resolve(ctx context.Context, revision string) (string, error) {
	out, err := r.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("finding commit %q: this clone has no such commit, or several that begin so; fetch it, or give all of it: %w", revision, err)
	}
	lines := strings.Fields(out)
	if len(lines) == 0 || !IsCommit(lines[len(lines)-1]) {
		return "", fmt.Errorf("finding commit %q: git answered %q", revision, strings.TrimSpace(out))
	}
	return lines[len(lines)-1], nil
}
