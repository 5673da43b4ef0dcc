package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	e, err := s.do(ctx, verb{args: []string{"lint"}}, &linted.Findings)
	if err == nil {
		linted.Json = e.stdout
		return linted, nil
	}
	if e == nil || e.stdout == "" || e.decode(&linted.Findings) != nil {
		return nil, err
	}
	return nil, exitWith(e.code, found(linted.Findings))
}

// found are all findings as one error.
func found(findings []*Finding) error {
	text := []string{"lint found errors:"}
	for _, f := range findings {
		text = append(text, fmt.Sprintf("%s:%d:%d: %s: %s (%s)", f.File, f.Line, f.Column, f.Severity, f.Message, f.Rule))
		if f.Fix != "" {
			text = append(text, "    "+f.Fix)
		}
	}
	return errors.New(strings.Join(text, "\n"))
}
