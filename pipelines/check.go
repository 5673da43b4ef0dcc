package pipelines

import (
	"context"
	"errors"

	"git.example/slipway/pipelines/checks"
)

// CheckOptions say which checks to run.
type CheckOptions struct {
	// Names of the checks; all of them when empty.
	Names []string
}

// CheckResult is a check that ran.
type CheckResult = checks.Result

// CheckError is a check that did not pass.
type CheckError = checks.Failed

// Check runs the checks on this working tree, all of them to their end, and
// brings out what they export. Images that compose checks name are built.
func (p *Project) Check(ctx context.Context, o CheckOptions) ([]CheckResult, error) {
	selected, err := checks.Select(p.Config, o.Names)
	if err != nil {
		return nil, err
	}
	if err := checks.Refuse(ctx, p.workspace, selected); err != nil {
		return nil, err
	}
	configured, err := p.images.All(ctx)
	if err != nil {
		return nil, err
	}
	built := checks.NewBuiltImages(p.workspace, p.images, configured)
	defer built.Close()
	runner, err := checks.NewRunner(p.workspace, p.images, built, nil)
	if err != nil {
		return nil, err
	}
	results, err := runner.RunAll(ctx, selected)
	return results, errors.Join(err, runner.Place())
}
