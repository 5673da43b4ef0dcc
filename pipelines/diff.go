package pipelines

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// Diff compares two releases; each is the tag of one, or the environment that runs it.
// It changes nothing.
func (v View) Diff(ctx context.Context, a, b string) (*Shipping, error) {
	v.registries.Dry()
	from, err := v.side(ctx, a)
	if err != nil {
		return nil, err
	}
	to, err := v.side(ctx, b)
	if err != nil {
		return nil, err
	}
	return shipping(ctx, v.workspace, from, to)
}

// side is what a name stands for: what is live in an environment, or a release.
func (v View) side(ctx context.Context, name string) (side, error) {
	if e, ok := v.workspace.Config.Environments.Get(name); ok {
		kept, err := v.targets.Journal(ctx, config.Entry[config.Environment]{Name: name, Value: e})
		if err != nil {
			return side{}, err
		}
		entry, err := kept.Live(ctx)
		if err != nil {
			return side{}, err
		}
		if entry == nil {
			return side{}, workspace.Usage("nothing was deployed to %q yet, so there is nothing to compare", name)
		}
		desired, err := kept.Desired(ctx, entry.ID)
		return liveSide(targets.Live{Tag: entry.Tag, Targets: desired}, entry.Commit), err
	}
	var asked []string
	for _, e := range v.workspace.Config.Environments {
		if slices.Contains(asked, e.Value.Registry) {
			continue
		}
		asked = append(asked, e.Value.Registry)
		found, ok, err := v.released(ctx, e.Value.Registry, name)
		if err != nil {
			return side{}, err
		}
		if ok {
			return releaseSide(found), nil
		}
	}
	return side{}, workspace.Usage("%q is neither an environment (%s) nor a release in %s: see `slipway releases`",
		name, strings.Join(v.workspace.Config.Environments.Names(), ", "), strings.Join(asked, ", "))
}

// released is the release of that tag in a registry.
func (v View) released(ctx context.Context, registry, tag string) (published.Release, bool, error) {
	d, err := v.registries.Destination(ctx, registry)
	if err != nil {
		return published.Release{}, false, err
	}
	found, ok, err := v.registries.Get(ctx, d, tag)
	if err != nil {
		return found, false, fmt.Errorf("reading release %q: %w", tag, err)
	}
	return found, ok, nil
}

// releaseSide is a published release, with its files.
func releaseSide(r published.Release) side {
	s := sideOf(r.Record)
	s.files = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		s.files[name] = string(r.Files[name])
	}
	return s
}
