package pipelines

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/targets"
)

// candidateParts are what a candidate is made of.
type candidateParts struct {
	images map[string]release.RecordedImage
	checks []CheckResult
}

// candidate is the release that publishing this checkout would make of these
// parts, in memory: the record and the files come from the same code as a
// publish's, so that the two can't differ. Images that would be built have a digest
// that stands for them (release.PendingDigest).
func (p planner) candidate(ctx context.Context, tag release.Tag, parts candidateParts, to published.Destination) (published.Release, error) {
	files, err := targets.Files(ctx, p.workspace)
	if err != nil {
		return published.Release{}, err
	}
	record := recordOf(p.workspace, tag, parts.images, parts.checks)
	for name, image := range record.Images {
		if image.Digest == "" {
			image.Digest = release.PendingDigest(name + " " + image.Content)
			record.Images[name] = image
		}
	}
	return published.Release{Record: files.Record(record), Files: files.Files, In: to, Unpublished: true}, nil
}

// passing are the checks as if all had passed, since a publish runs them.
func (p planner) passing(o PlanOptions) []CheckResult {
	var passed []CheckResult
	if !o.SkipChecks {
		for _, name := range p.workspace.Config.Checks.Names() {
			passed = append(passed, CheckResult{Name: name})
		}
	}
	return passed
}

// unassessed are images of which nobody has looked whether a registry has them.
func unassessed(configured config.Map[config.Image]) ([]ImagePlan, map[string]release.RecordedImage) {
	var plans []ImagePlan
	images := map[string]release.RecordedImage{}
	for _, image := range configured {
		plans = append(plans, ImagePlan{Name: image.Name, Action: UnseenImage})
		images[image.Name] = release.RecordedImage{Repository: image.Value.Repository}
	}
	return plans, images
}
