// Code generated from ../check.go by make update; DO NOT EDIT.

package main

import (
	"context"

	"git.example/slipway/ci/v1/internal/dagger"
	"git.example/slipway/pipelines/config"
)

// Outcome of checks.
type Checked struct {
	// The files that checks exported, at their paths in the repository.
	Exports *dagger.Directory
	// All of it to read, as the slipway command line prints it.
	Text string
	// All of it as JSON, as "slipway --json" prints it.
	Json string
}

// checkResult is a check that ran.
type checkResult struct {
	Passed   bool
	ExitCode int
	Exported []string
}

// Run the checks of slipway.yaml, all of them to their end
//
// Fails if one does. Chain "text" or "json" for the results, "exports" for the
// files that checks export.
//
// +check
// +cache="never"
func (s *Slipway) Check(
	ctx context.Context,
	// Check to run; all of them when omitted.
	// +optional
	name []string,
	// Return the results and exports also when checks fail, such as test reports.
	// +optional
	allowFailure bool,
) (*Checked, error) {
	var results []checkResult
	e, err := s.do(ctx, verb{
		args:  append([]string{"check", "--"}, name...),
		needs: func(c *config.Config) []string { return ofChecks(c, name) },
	}, &results)
	if e == nil || e.json == "" {
		return nil, err
	}
	if err != nil {
		if failed := e.decode(&results); failed != nil || !allowFailure || !ran(results) {
			return nil, err
		}
	}
	checked := &Checked{Exports: dag.Directory(), Text: e.text, Json: e.json}
	if exported := exported(results); len(exported) > 0 {
		checked.Exports = dag.Directory().WithDirectory(".", e.container.Directory(work), dagger.DirectoryWithDirectoryOpts{Include: exported})
	}
	return checked, nil
}

// ran says that the checks ran, whether they passed or not.
func ran(results []checkResult) bool {
	for _, r := range results {
		if !r.Passed && r.ExitCode == 0 {
			return false
		}
	}
	return len(results) > 0
}

func exported(results []checkResult) []string {
	var paths []string
	for _, r := range results {
		paths = append(paths, r.Exported...)
	}
	return paths
}
