package main

import (
	"context"

	"github.com/slipwayhq/slipway/ci/internal/dagger"
	"github.com/slipwayhq/slipway/pipelines/config"
)

// Outcome of checks.
type Checked struct {
	// Each check that ran.
	Results []*CheckResult
	// The files that checks exported, at their paths in the repository.
	Exports *dagger.Directory
	// The results as "slipway check --json" prints them.
	Json string
}

// A check that ran.
type CheckResult struct {
	Name   string
	Passed bool
	// Exit code of its command.
	ExitCode int
	// How long it took.
	Seconds float64
	// Files that it exported.
	Exported []string
}

// Run the checks of slipway.yaml, all of them to their end
//
// Fails if one does. Chain "json" for the results, "exports" for the files that
// checks export.
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
	checked := &Checked{Exports: dag.Directory()}
	e, err := s.do(ctx, verb{
		args:  append([]string{"check"}, name...),
		needs: func(c *config.Config) []string { return ofChecks(c, name) },
	}, &checked.Results)
	if e == nil || e.stdout == "" {
		return nil, err
	}
	checked.Json = e.stdout
	if err != nil {
		if failed := e.decode(&checked.Results); failed != nil || !allowFailure || !checked.ran() {
			return nil, err
		}
	}
	if exported := checked.exported(); len(exported) > 0 {
		checked.Exports = dag.Directory().WithDirectory(".", e.container.Directory(work), dagger.DirectoryWithDirectoryOpts{Include: exported})
	}
	return checked, nil
}

// ran says that the checks ran, whether they passed or not.
func (c *Checked) ran() bool {
	for _, r := range c.Results {
		if !r.Passed && r.ExitCode == 0 {
			return false
		}
	}
	return len(c.Results) > 0
}

func (c *Checked) exported() []string {
	var paths []string
	for _, r := range c.Results {
		paths = append(paths, r.Exported...)
	}
	return paths
}
