package published

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
)

// Get is the release of that tag; found is false when there is none. A registry that
// does not tell whether the repository of the records is there, or not for this
// login, is an error that wraps registry.ErrDenied.
func (r *Registries) Get(ctx context.Context, d Destination, tag string) (found Release, ok bool, err error) {
	all, err := everywhere(ctx, r, d, func(ctx context.Context, repository string) ([]Release, error) {
		return r.read(ctx, d, repository, tag)
	})
	if err != nil || len(all) == 0 {
		return Release{}, false, err
	}
	return all[0], true, nil
}

// read is the release of that tag in a repository; none when it is not there.
func (r *Registries) read(ctx context.Context, d Destination, repository, tag string) ([]Release, error) {
	recorded, err := r.workspace.Registry.GetRecord(ctx, repository, tag)
	if errors.Is(err, registry.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []Release{{
		Record: recorded.Record, Files: recorded.Contents, In: d, Reference: repository + ":" + release.RecordTag(tag),
		Digest: recorded.Digest, repository: repository,
	}}, nil
}

// Find is the release of that tag, or, without a tag, the newest one of this
// commit. None is an error.
func (r *Registries) Find(ctx context.Context, d Destination, tag string) (Release, error) {
	if tag == "" {
		newest, found, err := r.Newest(ctx, d)
		if err == nil && !found || isUnsearched(err) {
			text := fmt.Sprintf("%s has no release in registry %q: run `slipway publish` first, or name a release with --tag", r.workspace.Tree(), d.Name)
			return Release{}, notFound(text, err)
		}
		if err != nil {
			return Release{}, err
		}
		tag = newest
	}
	found, ok, err := r.Get(ctx, d, tag)
	switch {
	case err == nil && !ok, isUnsearched(err):
		text := fmt.Sprintf("release %q is not in registry %q: it was never published there, or its publish did not end; see the tags with `slipway history`, or run `slipway publish`", tag, d.Name)
		return found, notFound(text, err)
	case err != nil:
		return found, fmt.Errorf("reading release %q: %w", tag, err)
	case found.Record.Project != r.workspace.Config.Project:
		return found, fmt.Errorf("release %q in %s is of project %q, and this is project %q", tag, found.Reference, found.Record.Project, r.workspace.Config.Project)
	}
	return found, nil
}

// Newest is the tag of the newest release of exactly this working tree: of
// HEAD's commit, or of the commit with these very changes.
func (r *Registries) Newest(ctx context.Context, d Destination) (tag string, found bool, err error) {
	if err := r.workspace.Commit(); err != nil {
		return "", false, fmt.Errorf("%w; or name a release with --tag", err)
	}
	records, err := everywhere(ctx, r, d, r.ofCommit)
	if err != nil || len(records) == 0 {
		return "", false, err
	}
	newest := slices.MaxFunc(records, func(a, b registry.Recorded) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Tag, b.Tag))
	})
	return newest.Tag, true, nil
}

// ofCommit are the releases of exactly this working tree in a repository.
func (r *Registries) ofCommit(ctx context.Context, repository string) ([]registry.Recorded, error) {
	info := r.workspace.Info
	template, err := release.ParseTemplate(r.workspace.Config.Tag)
	if err != nil {
		return nil, err
	}
	matches := func(tag string) bool {
		name, same := strings.CutSuffix(tag, info.ChangeSuffix())
		return same && template.Matches(name, info.Commit)
	}
	records, err := r.workspace.Registry.Records(ctx, repository, matches, 0)
	if err != nil {
		return nil, fmt.Errorf("looking for releases of commit %s: %w", info.Commit, err)
	}
	return slices.DeleteFunc(records, func(r registry.Recorded) bool { return r.Commit != info.Commit }), nil
}
