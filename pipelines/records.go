package pipelines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
)

// getRecord reads the record of a release; found is false when there is none.
func (p *Project) getRecord(ctx context.Context, d destination, images config.Map[config.Image], tag string) (record release.Record, files map[string][]byte, found bool, err error) {
	recorded, err := p.registry.GetRecord(ctx, d.records(images), tag)
	if errors.Is(err, registry.ErrNotFound) {
		return record, nil, false, nil
	}
	return recorded.Record, recorded.Contents, err == nil, err
}

// findRelease is the release of that tag, or, without a tag, the newest one of
// this commit.
func (p *Project) findRelease(ctx context.Context, d destination, tag string) (release.Record, map[string][]byte, error) {
	images, err := p.images(ctx)
	if err != nil {
		return release.Record{}, nil, err
	}
	if tag == "" {
		newest, found, err := p.newestTag(ctx, d, images)
		if err != nil {
			return release.Record{}, nil, err
		}
		if !found {
			return release.Record{}, nil, fmt.Errorf("%s has no release in registry %q: run `slipway publish` first, or name a release with --tag", p.workingTree(), d.name)
		}
		tag = newest
	}
	record, files, found, err := p.getRecord(ctx, d, images, tag)
	if err != nil {
		return record, nil, fmt.Errorf("reading release %q: %w", tag, err)
	}
	if !found {
		return record, nil, fmt.Errorf("release %q is not in registry %q: it was never published there, or its publish did not end; see the tags with `slipway history`, or run `slipway publish`", tag, d.name)
	}
	if record.Project != p.Config.Project {
		return record, nil, fmt.Errorf("release %q in %s is of project %q, and this is project %q", tag, d.records(images), record.Project, p.Config.Project)
	}
	return record, files, nil
}

// workingTree is how messages call what is checked out.
func (p *Project) workingTree() string {
	if p.Info.Dirty {
		return "commit " + p.Info.Commit + " with the changes in this working tree (see `git status`)"
	}
	return "commit " + p.Info.Commit
}

// newestTag is the tag of the newest release of exactly this working tree: of
// HEAD's commit, or of the commit with these very changes.
func (p *Project) newestTag(ctx context.Context, d destination, images config.Map[config.Image]) (tag string, found bool, err error) {
	if p.noCommit != nil {
		return "", false, fmt.Errorf("%w; or name a release with --tag", p.noCommit)
	}
	template, err := release.ParseTemplate(p.Config.Tag)
	if err != nil {
		return "", false, err
	}
	matches := func(tag string) bool {
		name, same := strings.CutSuffix(tag, p.Info.ChangeSuffix())
		return same && template.Matches(name, p.Info.Commit)
	}
	records, err := p.registry.Records(ctx, d.records(images), matches, 0)
	if err != nil {
		return "", false, fmt.Errorf("looking for releases of commit %s: %w", p.Info.Commit, err)
	}
	records = slices.DeleteFunc(records, func(r registry.Recorded) bool { return r.Commit != p.Info.Commit })
	if len(records) == 0 {
		return "", false, nil
	}
	newest := slices.MaxFunc(records, func(a, b registry.Recorded) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Tag, b.Tag))
	})
	return newest.Tag, true, nil
}

// recordedConfig is the slipway.yaml that a release was published with.
func (p *Project) recordedConfig(files map[string][]byte) (*config.Config, error) {
	name := filepath.Base(p.Config.Path)
	data, ok := files[name]
	if !ok {
		return nil, fmt.Errorf("the release has no %q: publish it again", name)
	}
	c, err := config.Parse(name, data)
	if err != nil {
		return nil, fmt.Errorf("reading the release's own %q: %w", name, err)
	}
	c.Path = p.Config.Path
	return c, nil
}
