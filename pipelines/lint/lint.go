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

// Input is what to look at.
type Input struct {
	Config *config.Config
	// Images are the project's images, those of a bake file included. Those that
	// Config writes out when nil.
	Images config.Map[config.Image]
	// Dir is the project's directory.
	Dir string
	// Env are variables that will be set when compose files are interpolated,
	// besides those that Slipway itself sets.
	Env map[string]string
}

// Severity is how much a finding matters.
type Severity string

// The severities. A release with an Error goes wrong or is refused.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Finding is one mistake in one place.
type Finding struct {
	// File is relative to the project's directory.
	File string `json:"file"`
	// Line and Column count from 1; both are 0 when the finding is of the whole file.
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Severity Severity `json:"severity"`
	// Rule is the rule's id, which a comment "# slipway:ignore id" on the line or
	// the one above silences.
	Rule string `json:"rule"`
	// Message says what is wrong. It never has a secret's value.
	Message string `json:"message"`
	// Fix says what to do.
	Fix string `json:"fix,omitempty"`
}

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
		rule.check(p, func(at place, message, fix string) {
			f := Finding{
				File: at.file.name, Line: at.line, Column: at.column,
				Severity: rule.Severity, Rule: rule.ID,
			}
			// One file may be deployed to several environments.
			if seen[f] || at.file.silences(at.line, rule.ID) {
				return
			}
			seen[f] = true
			f.Message, f.Fix = message, fix
			findings = append(findings, f)
		})
	}
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Rule, b.Rule),
		)
	})
	return findings, ctx.Err()
}
