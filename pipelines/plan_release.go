package pipelines

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/published"
)

// release finds this commit's newest release; without one it says what a
// publish would do, and gives the release that it would make, unless no release
// could be made.
func (p planner) release(ctx context.Context, e config.Entry[config.Environment], o PlanOptions) (Planned, *published.Release, error) {
	planned := Planned{Environment: e.Name}
	to, err := p.registries.Destination(ctx, e.Value.Registry)
	if err != nil {
		return planned, nil, err
	}
	newest, found, err := p.registries.Newest(ctx, to)
	if err == nil && found {
		planned.Tag, planned.Published = newest, true
		return planned, nil, nil
	}
	tag, noTag := p.workspace.Tag()
	if noTag != nil {
		return planned, nil, noTag
	}
	planned.Tag = tag.Name
	var parts candidateParts
	if o.Build {
		parts, err = p.built(ctx, tag, to, o, &planned)
	} else {
		parts, err = p.assessed(ctx, to, err, o, &planned)
	}
	if err != nil {
		return planned, nil, err
	}
	made, err := p.candidate(ctx, tag, parts, to)
	if ctx.Err() != nil {
		return planned, nil, context.Cause(ctx)
	}
	if err != nil {
		planned.Wrong = append(planned.Wrong, linesOf(err)...)
		return planned, nil, nil
	}
	if err := publishable(ctx, p.workspace, made); err != nil {
		planned.Wrong = append(planned.Wrong, err.Error())
	}
	return planned, &made, nil
}

// assessed looks what a publish would do with each image; unreadable says that the
// registry could not even be asked for a release.
func (p planner) assessed(ctx context.Context, to published.Destination, unreadable error, o PlanOptions, planned *Planned) (candidateParts, error) {
	err := unreadable
	if err == nil {
		var work *images.Assessment
		if work, err = p.images.Assess(ctx, to); err == nil {
			planned.Images = imagePlans(work)
			return candidateParts{images: work.Recorded(), checks: p.passing(o)}, nil
		}
	}
	if ctx.Err() != nil {
		return candidateParts{}, context.Cause(ctx)
	}
	planned.unseen("registry "+to.Name, err) // the targets can be planned all the same
	configured, err := p.images.All(ctx)
	if err != nil {
		return candidateParts{}, err
	}
	var parts candidateParts
	planned.Images, parts.images = unassessed(configured)
	parts.checks = p.passing(o)
	return parts, nil
}
