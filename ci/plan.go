package main

import (
	"context"

	"github.com/slipwayhq/slipway/ci/internal/dagger"
)

// savedPlan is where a container has a plan that is kept.
const savedPlan = "/run/slipway-plan.json"

// What a deploy would do.
type Plan struct {
	Environment string
	// Tag of the release.
	Tag string
	// Whether the release exists. When it does not, "images" says what a publish
	// would do, and there is nothing to plan for the targets yet.
	Published bool
	// Whether anything would change.
	Changes bool
	// The images, when the release does not exist.
	Images []*ImagePlan
	// What would change on each target.
	Targets []*TargetPlan
	// The plan to apply, when it was to be kept.
	Saved *dagger.File
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

// What a deploy would do to one target.
type TargetPlan struct {
	// Name of the target.
	Target string
	// Changes, in the order they are made.
	Changes []*Change
	// Services that stay as they are.
	Unchanged []string
	// What is worth knowing before agreeing.
	Notes []string
}

// A change to a target. Keys of secrets are shown, never values.
type Change struct {
	// What happens, such as start, replace or env-change.
	Kind string
	// What it happens to, such as a service.
	Subject string
	// What is there now.
	Before string
	// What will be.
	After string
	Note  string
	// Hosts where it happens; none when there is only one.
	Hosts []string
}

// Show everything that a deploy would do
//
// Changes nothing. For a commit without a release it shows which images a publish
// would build, and which it would reuse. Chain "json", "changes" or "targets".
//
// +cache="never"
func (s *Slipway) Plan(
	ctx context.Context,
	// Environment to plan for; the one that matches this build when omitted.
	// +optional
	env string,
	// Release to plan; the newest one of this commit when omitted.
	// +optional
	tag string,
	// Target to plan, or auto for those that differ from what is live; all of them
	// when omitted.
	// +optional
	only []string,
	// The only files or directories of git sync targets to change.
	// +optional
	paths []string,
	// Plan for a deploy with no-tfvars.
	// +optional
	noTfvars bool,
	// Keep the plan, pinned to what it saw: "saved export --path plan.json", then
	// "deploy --plan plan.json".
	// +optional
	save bool,
) (*Plan, error) {
	plan := &Plan{}
	args := flags{"plan"}.text("--env", env).text("--tag", tag).list("--only", only).list("--paths", paths).is("--no-tfvars", noTfvars)
	if save {
		args = args.text("--out", savedPlan)
	}
	e, err := s.do(ctx, verb{
		args:         args,
		environments: in(env), terraform: true, only: only,
	}, plan)
	if err != nil {
		return nil, err
	}
	if save {
		plan.Saved = e.container.File(savedPlan)
	}
	plan.Changes, plan.Json = !plan.Published, e.stdout
	for _, target := range plan.Targets {
		plan.Changes = plan.Changes || len(target.Changes) > 0
	}
	return plan, nil
}
