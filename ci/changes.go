package main

import "context"

// What differs from what is live.
type Changes struct {
	Environment string
	// Tag of the live release; empty before the first deploy.
	Live string
	// Names of the images that differ.
	Images []string
	// Names of the targets that differ: what "deploy --only auto" deploys.
	Targets []string
	// All of this, with every image and target and the reasons, as "slipway changes
	// --json" prints it.
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
	// Environment whose live release to compare with; the one that matches this build
	// when omitted.
	// +optional
	env string,
) (*Changes, error) {
	changes := &Changes{}
	e, err := s.do(ctx, verb{args: flags{"changes"}.text("--env", env), environments: in(env), targets: true}, changes)
	if err != nil {
		return nil, err
	}
	changes.Json = e.stdout
	return changes, nil
}
