package targets

import (
	"context"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/published"
)

// Environment is an environment with its targets ready to be used.
type Environment struct {
	Name string
	// Config is the environment's part of slipway.yaml.
	Config config.Environment
	// Registry that its images are pulled from.
	Registry published.Destination
	Journal  *journal.Journal
	Targets  []Target

	site *site
	// kinds of all targets, also those that are not asked for.
	kinds []kind
}

// Target is one target of an environment.
type Target struct {
	deploy.Target
	// Place is where it is: two targets of one place would change the same thing.
	// Empty where that is not known.
	Place string

	kind kind
	// configured is the slipway.yaml that says where it is, when that is not the
	// release's.
	configured string
}

// Before are the steps before the target's deploy, such as migrations.
func (t Target) Before() []config.Step { return t.kind.before() }

// Keep is how many releases can be gone back to: the most that a target asks for.
func (e *Environment) Keep() int {
	most := 0
	for _, target := range e.Targets {
		most = max(most, target.kind.keep())
	}
	return most
}

// Items are what each target should run of a release, with today's secrets and
// logins.
func (e *Environment) Items(ctx context.Context, r published.Release) ([]rollout.Item, error) {
	live, err := e.Live(ctx)
	if err != nil {
		return nil, err
	}
	if err := e.site.refuseForeign(live.Targets, e.site.placesOf(ctx, e.kinds)); err != nil {
		return nil, err
	}
	items, err := e.Described(ctx, r)
	if err != nil {
		return nil, err
	}
	for i, target := range e.Targets {
		if err := target.kind.credentials(ctx, e.site, &items[i].Desired); err != nil {
			return nil, fmt.Errorf("target %q: %w", target.Name(), err)
		}
	}
	return items, nil
}

// Described is what each target should run of a release, without secrets and
// logins.
func (e *Environment) Described(ctx context.Context, r published.Release) ([]rollout.Item, error) {
	var items []rollout.Item
	for _, target := range e.Targets {
		d := describedOf(r, e.Name, e.Registry)
		d.Place = target.Place
		if err := target.kind.describe(ctx, e.site, r, &d); err != nil {
			return nil, fmt.Errorf("target %q: %w", target.Name(), err)
		}
		items = append(items, rollout.Item{Target: target.Target, Desired: d})
	}
	return items, nil
}

// describedOf is what any target of an environment should run of a release that
// is pulled from a registry.
func describedOf(r published.Release, environment string, from published.Destination) deploy.Desired {
	images := map[string]deploy.Image{}
	for name, image := range r.Record.Images {
		accepted := []string{image.Digest}
		for _, digest := range image.Platforms {
			accepted = append(accepted, digest)
		}
		slices.Sort(accepted)
		images[name] = deploy.Image{
			Reference: from.Recorded(r.Record, name) + "@" + image.Digest,
			Accepted:  slices.Compact(accepted),
		}
	}
	texts := map[string]string{}
	for name, content := range r.Files {
		if f, host := r.Record.HostFiles[name]; !host || f.Deploy {
			texts[name] = string(content)
		}
	}
	return deploy.Desired{
		Project: r.Record.Project, Environment: environment, Release: r.Record, Images: images, Files: texts, Unpublished: r.Unpublished,
		Variables: deploy.Variables(r.Record.Tag, environment, from.Prefix(), images),
	}
}

// Credentials are the targets with the secrets and logins of today, for verbs
// that take everything else from the journal.
func (e *Environment) Credentials(ctx context.Context) ([]rollout.Item, error) {
	var items []rollout.Item
	for _, target := range e.Targets {
		d := deploy.Desired{Place: target.Place, Configured: target.configured}
		if err := target.kind.credentials(ctx, e.site, &d); err != nil {
			return nil, fmt.Errorf("target %q: %w", target.Name(), err)
		}
		items = append(items, rollout.Item{Target: target.Target, Desired: d})
	}
	return items, nil
}

// ReleasedSecrets are the secrets of the target called name in the versions of an
// earlier deploy.
func (e *Environment) ReleasedSecrets(ctx context.Context, name string, versions map[string]string) (deploy.Desired, error) {
	var d deploy.Desired
	for _, target := range e.Targets {
		if target.Name() == name {
			err := target.kind.releasedSecrets(ctx, e.site, name, versions, &d)
			return d, err
		}
	}
	return d, nil
}

// MoveJournal is how a deploy moves the journal to where slipway.yaml has it; nil
// when it is there.
func (e *Environment) MoveJournal() *rollout.Move {
	to := e.site.moveTo
	if to == nil {
		return nil
	}
	is := location{e.site.files, e.site.dir}
	return &rollout.Move{Files: to.files, Dir: to.dir, SameMachine: to.machine() == is.machine()}
}
