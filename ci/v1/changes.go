// Code generated from ../changes.go by make update; DO NOT EDIT.

package main

import "context"

// What differs from what is live.
type Changes struct {
	// Names of the images that differ.
	Images []string
	// Names of the targets that differ: what "deploy --only auto" deploys.
	Targets []string
	// All of it to read, as the slipway command line prints it.
	Text string
	// All of it as JSON, as "slipway --json" prints it.
	Json string
}

// Show which images and targets differ from what is live
//
// The last commit does not matter, so a run that was cancelled loses nothing.
// Nothing is built. Chain "images", "targets" or "json" for the matrix of a CI job.
//
// +cache="never"
func (s *Slipway) Changes(
	ctx context.Context,
) (*Changes, error) {
	env := s.Environment
	changes := &Changes{}
	e, err := s.do(ctx, verb{args: flags{"changes"}, in: oneEnvironment, env: env, targets: true}, changes)
	if err != nil {
		return nil, err
	}
	changes.Text, changes.Json = e.text, e.json
	return changes, nil
}
