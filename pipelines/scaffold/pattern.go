package scaffold

import (
	"fmt"
	"regexp"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// pattern is a pattern of branches or tags as slipway.yaml has them: "*" matches
// slashes too.
type pattern string

// translatable are patterns that every CI system has: a name with one * at most.
var translatable = lazy.Regexp(`^[\w./@-]*\*?[\w./@-]*$`)

func (p pattern) known() bool { return translatable().MatchString(string(p)) }

// Filter is the pattern in a filter of GitHub's, where "*" stops at slashes.
func (p pattern) Filter() string { return strings.ReplaceAll(string(p), "*", "**") }

// Matches is an expression of GitHub's that is true for a ref of this kind, heads
// or tags, that matches.
func (p pattern) Matches(kind string) string {
	before, after, open := strings.Cut(string(p), "*")
	ref := "refs/" + kind + "/" + before
	switch {
	case !open:
		return fmt.Sprintf("github.ref == '%s'", ref)
	case after == "":
		return fmt.Sprintf("startsWith(github.ref, '%s')", ref)
	}
	return fmt.Sprintf("startsWith(github.ref, '%s') && endsWith(github.ref, '%s')", ref, after)
}

// Regexp is the pattern in a filter of CircleCI's.
func (p pattern) Regexp() string {
	before, after, open := strings.Cut(string(p), "*")
	if !open {
		return before
	}
	return "/" + regexp.QuoteMeta(before) + ".*" + regexp.QuoteMeta(after) + "/"
}

// If is the expression that is true when the job is to run on GitHub.
func (j job) If() string {
	var refs, all []string
	if j.Branch != "" {
		refs = append(refs, j.Branch.Matches("heads"))
	}
	if j.Tag != "" {
		refs = append(refs, j.Tag.Matches("tags"))
	}
	for _, ref := range refs {
		all = append(all, "github.event_name == 'push' && "+ref)
	}
	if j.ByHand() {
		all = append(all, fmt.Sprintf("inputs.environment == '%s'", j.Name))
	}
	return strings.Join(all, " || ")
}
