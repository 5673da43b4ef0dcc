// Code generated from ../plan.go by make update; DO NOT EDIT.

package main

import (
	"context"

	"git.example/slipway/ci/v1/internal/dagger"
)

// savedPlan is where a container has a plan that is kept.
const savedPlan = "/run/slipway-plan.json"

// What a deploy would do. Keys of secrets are shown, never values.
type Plan struct {
	// Tag of the release.
	Tag string
	// Whether the release exists. When it does not, the plan is of the one that a
	// publish would make.
	Published bool
	// Why a deploy would refuse the release, if it would.
	Refused []string
	// Whether anything would change.
	Changes bool
	// The plan to apply, when it was to be kept.
	Saved *dagger.File
	// All of it to read, as the slipway command line prints it.
	Text string
	// All of it as JSON, as "slipway --json" prints it.
	Json string
}

// Show everything that a deploy would do
//
// Changes nothing. Without a release it plans the one that a publish would make,
// with the images that it would build and those that it would reuse. Fails when
// something could not be seen. Chain "text" to read it, "changes" or "json".
//
// +cache="never"
func (s *Slipway) Plan(
	ctx context.Context,
	// Tag of the release; the newest one of this commit when omitted.
	// +optional
	tag string,
	// Target, or auto for those that differ from what is live; all of them when
	// omitted.
	// +optional
	only []string,
	// The only files or directories of git sync targets to change.
	// +optional
	paths []string,
	// Leave the tag maps of Terraform targets as they are.
	// +optional
	noTfvars bool,
	// Let an older or diverged commit replace the live one.
	// +optional
	allowDiverged bool,
	// Plan although the environment to promote from has not verified the release.
	// +optional
	direct bool,
	// Keep the plan, pinned to what it saw: "saved export --path plan.json", then
	// "deploy --plan plan.json".
	// +optional
	save bool,
) (*Plan, error) {
	env := s.Environment
	var planned struct {
		Tag       string
		Published bool
		Refused   []string
		Targets   []struct{ Changes []struct{} }
	}
	args := flags{"plan"}.text("--tag", tag).list("--only", only).list("--paths", paths).
		is("--no-tfvars", noTfvars).is("--allow-diverged", allowDiverged).is("--direct", direct)
	if save {
		args = args.text("--out", savedPlan)
	}
	e, err := s.do(ctx, verb{
		args: args,
		in:   oneEnvironment, env: env, terraform: true, only: only,
		release: argument{"plan", "tag", tag},
	}, &planned)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Tag: planned.Tag, Published: planned.Published, Refused: planned.Refused, Changes: !planned.Published, Text: e.text, Json: e.json}
	for _, target := range planned.Targets {
		plan.Changes = plan.Changes || len(target.Changes) > 0
	}
	if save {
		plan.Saved = e.container.File(savedPlan)
	}
	return plan, nil
}

// Plan every environment from the source alone
//
// Asks no registry, host, cloud or secret. Fails on what a publish or a deploy
// would fail on, as far as the source tells. Chain "text" or "json".
//
// +check
// +cache="never"
func (s *Slipway) OfflinePlan(ctx context.Context) (*Report, error) {
	return s.report(ctx, verb{args: []string{"plan", "--offline", "--all"}})
}
