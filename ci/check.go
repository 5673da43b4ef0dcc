package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/slipwayhq/slipway/ci/internal/dagger"
	"github.com/slipwayhq/slipway/pipelines"
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
	err := s.do(ctx, verb{
		needs: func(c *config.Config) []string { return ofChecks(c, name) },
		run: func(p *pipelines.Project) error {
			results, err := p.Check(ctx, pipelines.CheckOptions{Names: name})
			if err != nil && !(allowFailure && onlyFailed(err)) {
				return err
			}
			var exported []string
			for _, r := range results {
				checked.Results = append(checked.Results, &CheckResult{
					Name: r.Name, Passed: r.Passed, ExitCode: r.ExitCode, Seconds: r.Seconds, Exported: r.Exported,
				})
				exported = append(exported, r.Exported...)
			}
			if checked.Json, err = encode(results); err != nil || len(exported) == 0 {
				return err
			}
			checked.Exports, err = workdir(ctx, filepath.Dir(p.Config.Path), exported)
			return err
		},
	})
	return checked, err
}

// onlyFailed says that err is checks that ran and did not pass.
func onlyFailed(err error) bool {
	var failed *pipelines.CheckError
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			if !onlyFailed(one) {
				return false
			}
		}
		return true
	}
	return errors.As(err, &failed)
}

// workdir is what is now in a directory of this function's container.
func workdir(ctx context.Context, dir string, include []string) (*dagger.Directory, error) {
	at, err := relative(dir)
	if err != nil {
		return nil, err
	}
	return dag.CurrentModule().Workdir(at, dagger.CurrentModuleWorkdirOpts{Include: include}).Sync(ctx)
}

func relative(dir string) (string, error) {
	here, err := filepath.Abs(".")
	if err != nil {
		return "", err
	}
	return filepath.Rel(here, dir)
}
