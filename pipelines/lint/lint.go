// Package lint finds the mistakes that make releases fail, or succeed with the
// wrong thing running: in slipway.yaml, in the compose files that it names, in
// build contexts and in CI workflows. It only reads.
package lint

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Run looks for everything that the rules know. Findings are in the order of
// files, lines and columns. A file that can't be read is a finding, not an
// error.
func Run(ctx context.Context, in Input) ([]Finding, error) {
	p, err := open(ctx, in)
	if err != nil {
		return nil, err
	}
	findings := []Finding{}
	seen := map[Finding]bool{}
	for _, rule := range Rules() {
		rule.check(p, func(at position, message, fix string, as ...Severity) {
			f := Finding{
				File: at.file.name, Line: at.line, Column: at.column,
				Severity: append(as, rule.Severity)[0], Rule: rule.ID, Message: message,
			}
			// One file may be deployed to several environments.
			if seen[f] || at.file.silences(at.line, rule.ID) {
				return
			}
			seen[f] = true
			f.Fix = fix
			findings = append(findings, f)
		})
	}
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message),
		)
	})
	return findings, ctx.Err()
}
