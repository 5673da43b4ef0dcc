package terraform

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/registry"
)

// tagger says which tags the map gets.
type tagger struct {
	options Options
	module  module
	// first are the map's entries as this process found them first; nil until then.
	first map[string]string
}

// images are those of the project and of the release, sorted.
func (t tagger) images(d deploy.Desired) []string {
	all := slices.Concat(t.options.Images, slices.Collect(maps.Keys(d.Images)))
	slices.Sort(all)
	return slices.Compact(all)
}

// tags are the map's entries that d sets; entries are those it has:
//
//   - an image of the release gets the release's tag
//   - one of a map that was there before the first deploy gets its tag of then
//   - an image that the map does not have gets the bootstrap tag
//
// When nothing is to run, because nothing was deployed before a deploy that
// failed, every entry gets the value that this process found, or the bootstrap
// tag.
func (t tagger) tags(d deploy.Desired, entries map[string]string) map[string]string {
	tags := maps.Clone(d.Adopted)
	if tags == nil {
		tags = map[string]string{}
	}
	for _, image := range t.images(d) {
		key := t.module.key(image)
		_, adopted := tags[key]
		before, known := t.first[key]
		_, there := entries[key]
		switch _, released := d.Images[image]; {
		case released:
			tags[key] = d.Release.Tag
		case adopted:
		case d.Release.Tag == "" && d.Adopted == nil && known:
			tags[key] = before
		case d.Release.Tag == "" && d.Adopted == nil, !there:
			tags[key] = Bootstrap
		}
	}
	return tags
}

// wanted are tags, but for images that are the same under the tag that the map
// has: those keep it, so that Terraform does not replace what runs them.
func (t tagger) wanted(ctx context.Context, d deploy.Desired, entries map[string]string) (map[string]string, error) {
	tags := t.tags(d, entries)
	if t.options.Digest == nil || t.options.NoTfvars { // a map that is left alone does not say what runs
		return tags, nil
	}
	for _, name := range slices.Sorted(maps.Keys(d.Images)) {
		image, key := d.Images[name], t.module.key(name)
		tag, there := entries[key]
		if !there || tag == tags[key] || tag == Bootstrap {
			continue
		}
		digest, err := t.options.Digest(ctx, image.Repository()+":"+tag)
		if errors.Is(err, registry.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("looking where tag %q leads: %w", image.Repository()+":"+tag, err)
		}
		if slices.Contains(image.Accepted, digest) {
			tags[key] = tag
		}
	}
	return tags, nil
}

// digests are where the release's tags lead, by image. They have to lead to the
// images that were released: Terraform knows nothing but tags.
func (t tagger) digests(ctx context.Context, d deploy.Desired) (map[string]string, error) {
	found := map[string]string{}
	if d.Unpublished {
		return found, nil
	}
	for _, name := range slices.Sorted(maps.Keys(d.Images)) {
		image := d.Images[name]
		if t.options.Digest == nil {
			continue
		}
		reference := image.Repository() + ":" + d.Release.Tag
		digest, err := t.options.Digest(ctx, reference)
		if err != nil {
			return nil, fmt.Errorf("looking where tag %q leads: %w", reference, err)
		}
		if !slices.Contains(image.Accepted, digest) {
			return nil, fmt.Errorf("tag %q was moved: it is %s, and the release has %s; put it back, or publish this commit under a new tag, and make the repository's tags immutable",
				reference, digest, strings.Join(image.Accepted, " or "))
		}
		found[name] = digest
	}
	return found, nil
}

// previous brings back the tags of a map that was there before the first deploy;
// nil when it has none but those of a new environment.
func (t tagger) previous(d deploy.Desired, entries, tags map[string]string) *deploy.Desired {
	adopted, worth := map[string]string{}, false
	for _, image := range t.images(d) {
		key := t.module.key(image)
		tag, ok := entries[key]
		if !ok {
			tag = Bootstrap
		}
		adopted[key] = tag
		worth = worth || tag != Bootstrap && tag != tags[key]
	}
	if !worth {
		return nil
	}
	return &deploy.Desired{Project: d.Project, Environment: d.Environment, Adopted: adopted}
}
