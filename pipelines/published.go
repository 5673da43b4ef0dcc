package pipelines

import (
	"maps"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/release"
)

// published is what this run published.
func (p *Project) published(tag release.Tag, d destination, work *assessment, record release.Record) Published {
	result := p.fromRecord(d, work.configured, record, tag)
	for i, image := range result.Images {
		result.Images[i].Built = work.byName[image.Name].built
	}
	return result
}

// fromRecord is a release as its record tells it.
func (p *Project) fromRecord(d destination, images config.Map[config.Image], record release.Record, tag release.Tag) Published {
	result := Published{
		Tag: tag.Name, Commit: record.Commit, Final: tag.Final, Why: tag.Why,
		Record: d.records(images) + ":" + release.RecordTag(tag.Name),
	}
	for _, name := range slices.Sorted(maps.Keys(record.Images)) {
		image := record.Images[name]
		repository := d.recorded(record, name)
		result.Images = append(result.Images, PublishedImage{
			Name: name, Reference: repository + ":" + tag.Name, Digest: image.Digest,
		})
	}
	return result
}
