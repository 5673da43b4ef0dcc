package pipelines

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
)

// release finds this commit's newest release; without one it says what a
// publish would do, and gives the release that it would make, unless no release
// could be made.
func (p planner) release(ctx context.Context, e config.Entry[config.Environment]) (Planned, *published.Release, error) {
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
	var recorded map[string]release.RecordedImage
	if err == nil {
		planned.Images, recorded, err = p.assess(ctx, to)
	}
	if ctx.Err() != nil {
		return planned, nil, context.Cause(ctx)
	}
	if err != nil { // the targets can be planned all the same
		planned.unseen("registry "+to.Name, err)
		configured, err := p.images.All(ctx)
		if err != nil {
			return planned, nil, err
		}
		planned.Images, recorded = unassessed(configured)
	}
	made, err := p.candidate(ctx, tag, recorded, to)
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

// assess says what a publish would do with each image, and what it would record.
func (p planner) assess(ctx context.Context, to published.Destination) ([]ImagePlan, map[string]release.RecordedImage, error) {
	work, err := p.images.Assess(ctx, to)
	if err != nil {
		return nil, nil, err
	}
	var plans []ImagePlan
	for _, image := range work.Images {
		plans = append(plans, imagePlan(image.Name, image.ContentTag, image.Digest))
	}
	return plans, work.Recorded(), nil
}
