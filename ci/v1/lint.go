// Code generated from ../lint.go by make update; DO NOT EDIT.

package main

import "context"

// Find mistakes in slipway.yaml, compose files and CI workflows
//
// Fails if one is an error. Chain "text" or "json" for what was found.
//
// +check
// +cache="never"
func (s *Slipway) Lint(ctx context.Context) (*Report, error) {
	return s.report(ctx, verb{args: []string{"lint"}})
}
