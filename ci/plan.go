package main

import (
	"context"

	"github.com/slipwayhq/slipway/pipelines"
)

// What a publish of this commit would do.
type ImagesPlan struct {
	Environment string
	// Tag of the release.
	Tag string
	// Whether the release exists; then there is nothing to do.
	Published bool
	// Its images, when it does not exist.
	Images []*ImagePlan
	// All of this as "slipway plan --json" prints it.
	Json string
}

// What a publish would do with one image.
type ImagePlan struct {
	Name string
	// reuse or build.
	Action string
	// Tag of the image's content, which decides.
	Content string
	// Digest of an image that is reused.
	Digest string
}

// Show which images a publish would build, and which it would reuse
//
// Changes nothing. Chain "json".
//
// +cache="never"
func (s *Slipway) Plan(
	ctx context.Context,
	// Environment whose registry is asked.
	// +optional
	env string,
) (*ImagesPlan, error) {
	plan := &ImagesPlan{}
	err := s.do(ctx, verb{run: func(p *pipelines.Project) error {
		planned, err := p.PlanImages(ctx, env)
		if err != nil {
			return err
		}
		plan.Environment, plan.Tag, plan.Published = planned.Environment, planned.Tag, planned.Published
		for _, image := range planned.Images {
			plan.Images = append(plan.Images, &ImagePlan{
				Name: image.Name, Action: string(image.Action), Content: image.Content, Digest: image.Digest,
			})
		}
		plan.Json, err = encode(planned)
		return err
	}})
	return plan, err
}
