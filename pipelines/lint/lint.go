// Package lint finds the mistakes that make releases fail, or succeed with the
// wrong thing running: in slipway.yaml, in the compose files that it names, in
// build contexts and in CI workflows. It only reads.
package lint

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
)

// Run looks for everything that the rules know. Findings are in the order of
// files, lines and columns. A file that can't be read is a finding, not an
// error.
func Run(ctx context.Context, in Input) ([]Finding, error) {
	p, err := open(ctx, in)
	if err != nil {
		return nil, err
	}
	return p.findings(Rules()), ctx.Err()
}

// Refused are the errors for which an environment takes no release when it is
// protected: build: and latest in what is deployed there. Publishing, deploying and
// promoting ask this of the files as the release has them.
func Refused(ctx context.Context, in Input, environment string) ([]Finding, error) {
	var errors []Finding
	c := *in.Config
	c.Checks, c.Environments = nil, slices.DeleteFunc(slices.Clone(c.Environments), func(e config.Entry[config.Environment]) bool {
		return e.Name != environment
	})
	in.Config = &c
	p, err := open(ctx, in)
	if err != nil {
		return nil, err
	}
	for _, f := range p.findings(slices.DeleteFunc(Rules(), func(r Rule) bool { return !r.refuses })) {
		if f.Severity == Error {
			errors = append(errors, f)
		}
	}
	return errors, ctx.Err()
}

// findings are what the rules find, in order.
func (p *project) findings(rules []Rule) []Finding {
	findings := []Finding{}
	seen := map[Finding]bool{}
	for _, rule := range rules {
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
	return findings
}
