package pipelines

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// alreadyPublished finds this very release in the registries. Those that lack it
// get a copy from one that has it, never a build of their own: a release's tag
// stands for the same digests everywhere. A release of the tag from another
// commit, or one whose checks were skipped when they are wanted now, is an error.
func (p *Project) alreadyPublished(ctx context.Context, tag release.Tag, to []destination, skipChecks bool) (Published, bool, error) {
	images, err := p.images(ctx)
	if err != nil {
		return Published{}, false, err
	}
	var from *destination
	var record release.Record
	var files map[string][]byte
	var missing []destination
	for _, d := range to {
		r, contents, found, err := p.getRecord(ctx, d, images, tag.Name)
		if err != nil {
			return Published{}, false, err
		}
		if !found {
			missing = append(missing, d)
			continue
		}
		if err := p.sameRelease(r, d, skipChecks); err != nil {
			return Published{}, false, err
		}
		if from == nil {
			from, record, files = &d, r, contents
		}
	}
	if from == nil {
		return Published{}, false, nil
	}
	for _, d := range slices.Backward(missing) { // the first registry's record is the last
		if err := p.copyRelease(ctx, tag, *from, d, images, record, files); err != nil {
			return Published{}, false, err
		}
	}
	published := p.fromRecord(to[0], images, record, tag)
	published.Existed = true
	return published, true, nil
}

// sameRelease is the error when the record is not what this run would publish.
func (p *Project) sameRelease(record release.Record, in destination, skipChecks bool) error {
	if record.Commit != p.Info.Commit {
		return fmt.Errorf("publishing release %q: it exists in registry %q from commit %s, and this is commit %s: publish with another --build-number",
			record.Tag, in.name, record.Commit, p.Info.Commit)
	}
	for name, check := range record.Checks {
		if check.Skipped && !skipChecks {
			return fmt.Errorf("publishing release %q: it exists, check %q was skipped, and a release never changes: publish with another --build-number, or with --skip-checks",
				record.Tag, name)
		}
	}
	return nil
}

// copyRelease brings a release with its images and its record to another registry.
func (p *Project) copyRelease(ctx context.Context, tag release.Tag, from, to destination, images config.Map[config.Image], record release.Record, files map[string][]byte) error {
	return report.Run(ctx, p.reporter, "copy release "+tag.Name+" to "+to.name, func(*report.Task) error {
		work := &assessment{}
		for _, name := range slices.Sorted(maps.Keys(record.Images)) {
			recorded := record.Images[name]
			work.images = append(work.images, &assessedImage{
				name: name, config: config.Image{Repository: recorded.Repository}, digest: recorded.Digest, contentTag: recorded.Content,
			})
		}
		if err := p.writeTags(ctx, tag, from, to, work); err != nil {
			return err
		}
		if _, err := p.registry.PutRecord(ctx, to.records(images), record, files); err != nil {
			return fmt.Errorf("writing the record of release %q: %w", tag.Name, err)
		}
		return nil
	})
}
