package pipelines

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/targets"
)

// candidate is the release that publishing this checkout would make of these
// images, in memory: the record and the files come from the same code as a
// publish's, so that the two can't differ. Its checks count as passed, since a
// publish runs them; images that would be built have a digest that stands for them
// (release.PendingDigest).
func (p planner) candidate(ctx context.Context, tag release.Tag, images map[string]release.RecordedImage, to published.Destination) (published.Release, error) {
	files, err := targets.Files(ctx, p.workspace)
	if err != nil {
		return published.Release{}, err
	}
	var passed []CheckResult
	for _, name := range p.workspace.Config.Checks.Names() {
		passed = append(passed, CheckResult{Name: name})
	}
	record := recordOf(p.workspace, tag, images, passed)
	for name, image := range record.Images {
		if image.Digest == "" {
			image.Digest = release.PendingDigest(name + " " + image.Content)
			record.Images[name] = image
		}
	}
	return published.Release{Record: files.Record(record), Files: files.Files, In: to, Unpublished: true}, nil
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
