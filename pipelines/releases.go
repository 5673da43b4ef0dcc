package pipelines

import (
	"context"
	"errors"
	"slices"
	"time"

	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// ReleasesOptions say what to list.
type ReleasesOptions struct {
	// Registries to ask, by name; those of all environments when empty.
	Registries []string
	// Limit is how many releases of each registry are read; zero is all.
	Limit int
}

// ListedRelease is one release that is published.
type ListedRelease struct {
	Tag     string    `json:"tag"`
	Commit  string    `json:"commit"`
	Branch  string    `json:"branch,omitempty"`
	Created time.Time `json:"created"`
	// Final says that it may go to a protected environment.
	Final  bool   `json:"final"`
	RunURL string `json:"runURL,omitempty"`
	// Registries that have it, and Live the environments that run it.
	Registries []string `json:"registries"`
	Live       []string `json:"live"`
	// Images are digests by name.
	Images map[string]string `json:"images"`
}

// Releases lists what is published, newest first, and which environments run it.
func (v View) Releases(ctx context.Context, o ReleasesOptions) ([]ListedRelease, error) {
	v.registries.Dry()
	names := o.Registries
	if len(names) == 0 {
		for _, e := range v.workspace.Config.Environments {
			names = append(names, e.Value.Registry)
		}
		slices.Sort(names)
		names = slices.Compact(names)
	}
	status, err := v.Status(ctx, StatusOptions{})
	if err != nil {
		return nil, err
	}
	for _, s := range status {
		if s.Error != "" {
			v.workspace.Notice(report.Warning, "what runs in %s is not known: %s", s.Environment, s.Error)
		}
	}
	live := liveTags(status)
	byTag := map[string]*ListedRelease{}
	for _, name := range names {
		d, err := v.registries.Destination(ctx, name)
		if err != nil {
			return nil, err
		}
		records, err := v.registries.Recent(ctx, d, o.Limit)
		var newer *release.NewerFormat
		if errors.As(err, &newer) {
			v.workspace.Notice(report.Warning, "%v", err)
		} else if err != nil {
			return nil, err
		}
		for _, r := range records {
			if r.Project != v.workspace.Config.Project {
				continue
			}
			if byTag[r.Tag] == nil {
				byTag[r.Tag] = &ListedRelease{
					Tag: r.Tag, Commit: r.Commit, Branch: r.Branch, Created: r.Created, Final: r.Final, RunURL: r.RunURL,
					Live: append([]string{}, live[r.Tag]...), Images: digests(r.Record),
				}
			}
			byTag[r.Tag].Registries = append(byTag[r.Tag].Registries, name)
		}
	}
	all := []ListedRelease{}
	for _, r := range byTag {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b ListedRelease) int { return b.Created.Compare(a.Created) })
	if o.Limit > 0 && len(all) > o.Limit {
		all = all[:o.Limit]
	}
	return all, nil
}
