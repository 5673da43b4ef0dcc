package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slipwayhq/slipway/pipelines"
	"github.com/slipwayhq/slipway/pipelines/lint"
)

// Outcome of lint.
type Linted struct {
	// What was found; nothing when all is well.
	Findings []*Finding
	// The findings as "slipway lint --json" prints them.
	Json string
}

// A mistake, in one place.
type Finding struct {
	// File, relative to slipway.yaml.
	File string
	// Line, from 1; 0 when it is about the whole file.
	Line int
	// Column, from 1.
	Column int
	// error, warning or info. A release with an error goes wrong or is refused.
	Severity string
	// Rule that found it; a comment "# slipway:ignore RULE" silences it there.
	Rule    string
	Message string
	// What to do.
	Fix string
}

// Find mistakes in slipway.yaml, compose files and CI workflows
//
// Fails if one is an error. Chain "json" for the findings.
//
// +check
// +cache="never"
func (s *Slipway) Lint(ctx context.Context) (*Linted, error) {
	linted := &Linted{}
	err := s.do(ctx, verb{run: func(p *pipelines.Project) error {
		found, err := p.Lint(ctx)
		if err != nil {
			return err
		}
		for _, f := range found {
			linted.Findings = append(linted.Findings, &Finding{
				File: f.File, Line: f.Line, Column: f.Column,
				Severity: string(f.Severity), Rule: f.Rule, Message: f.Message, Fix: f.Fix,
			})
		}
		if linted.Json, err = encode(found); err != nil {
			return err
		}
		return lintErrors(found)
	}})
	return linted, err
}

// lintErrors are all findings as one error, if there is an error among them.
func lintErrors(findings []lint.Finding) error {
	failed, text := false, []string{"lint found errors:"}
	for _, f := range findings {
		failed = failed || f.Severity == lint.Error
		text = append(text, fmt.Sprintf("%s:%d:%d: %s: %s (%s)", f.File, f.Line, f.Column, f.Severity, f.Message, f.Rule))
		if f.Fix != "" {
			text = append(text, "    "+f.Fix)
		}
	}
	if !failed {
		return nil
	}
	return errors.New(strings.Join(text, "\n"))
}
