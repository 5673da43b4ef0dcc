package pipelines

import (
	"context"
	"errors"
	"sync"

	"git.example/slipway/pipelines/checks"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
)

// built does what a publish does up to its first write to a registry that others
// have: it builds the images that no registry has, into a throwaway one, and runs the
// checks, all of them to their end. What fails is Wrong in planned, and the rest goes
// on.
func (p planner) built(ctx context.Context, tag release.Tag, to published.Destination, o PlanOptions, planned *Planned) (candidateParts, error) {
	apart, err := p.registries.Throwaway(ctx)
	if err != nil {
		return candidateParts{}, err
	}
	var counting []string
	work, err := p.images.AssessApart(ctx, to, apart)
	switch {
	case err == nil:
		counting = append(counting, to.Records())
	case ctx.Err() == nil: // everything can be built all the same
		planned.unseen("registry "+to.Name, err)
		work, err = p.images.AssessApart(ctx, nil, apart)
	}
	if err != nil {
		return candidateParts{}, err
	}
	memory := checks.NewMemory(p.workspace, apart.Records(), counting, work.Bases, o.RerunChecks)
	planned.Checks, err = p.produce(ctx, tag.Name, work, memory, o, planned)
	if err != nil {
		return candidateParts{}, err
	}
	planned.Images = imagePlans(work)
	parts := candidateParts{images: work.Recorded()}
	for _, result := range planned.Checks {
		if result.Passed {
			parts.checks = append(parts.checks, result)
		}
	}
	return parts, nil
}

// produce builds the images and runs the checks, all at once.
func (p planner) produce(ctx context.Context, tag string, work *images.Assessment, memory *checks.Memory, o PlanOptions, planned *Planned) ([]CheckResult, error) {
	if err := checks.Refuse(ctx, p.workspace, p.workspace.Config.Checks); err != nil {
		return nil, err
	}
	runner, err := checks.NewRunner(p.workspace, p.images, checks.NewPublishedImages(p.workspace.Config, work), memory)
	if err != nil {
		return nil, err
	}
	builder := p.images.NewBuilder(tag)
	defer builder.Close()
	failures := make([]error, len(work.Images)+1)
	var all sync.WaitGroup
	for i, image := range work.Images {
		all.Go(func() { failures[i] = builder.Push(ctx, work, image) })
	}
	var results []CheckResult
	if !o.SkipChecks {
		all.Go(func() { results, failures[len(work.Images)] = runner.RunAll(ctx, p.workspace.Config.Checks) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	planned.Wrong = append(planned.Wrong, linesOf(errors.Join(failures...))...)
	return results, runner.Place()
}
