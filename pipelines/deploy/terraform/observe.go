package terraform

import (
	"context"
	"errors"
	"io"
	"maps"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
)

// observation is what Plan works from.
type observation struct {
	// was are the map's entries, and hash is the file's.
	was  map[string]string
	hash string
	// tags are the entries that the release sets.
	tags    map[string]string
	changes []change
	// anyway are the changes that Terraform makes when no tag moves: of the code, or
	// of what somebody changed by hand. Nil when nobody looked.
	anyway []change
	// program reads as "terraform 1.11.4".
	program string
	code    codeVersion
}

// observer looks at the map and the registry, and lets Terraform plan.
type observer struct {
	options Options
	module  module
	tags    tagger
	launch  launch
}

// observe reads what there is as Target.Observe says. m is the tag map.
func (r observer) observe(ctx context.Context, d deploy.Desired, m *tagMap) (deploy.Observed, error) {
	o, err := r.look(ctx, d, m)
	if err != nil {
		return deploy.Observed{}, err
	}
	observed := deploy.Observed{State: o}
	for _, image := range r.tags.images(d) {
		if tag, ok := o.was[r.module.key(image)]; ok {
			observed.Running = append(observed.Running, deploy.Running{Subject: image, ID: r.module.variable() + "." + r.module.key(image), State: tag})
		}
	}
	observed.Previous = r.tags.previous(d, o.was, o.tags)
	return observed, nil
}

func (r observer) look(ctx context.Context, d deploy.Desired, m *tagMap) (o observation, err error) {
	o = observation{was: m.entries, hash: m.hash()}
	if _, err := r.tags.digests(ctx, d); err != nil {
		return o, err
	}
	if o.tags, err = r.tags.wanted(ctx, d, m.entries); err != nil {
		return o, err
	}
	p, err := r.launch(ctx, io.Discard)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	o.program = p.name + " " + p.version
	if o.code, err = r.options.codeVersion(ctx); err != nil {
		return o, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		plan, err := p.makePlan(ctx, m, o.tags, io.Discard)
		o.changes = plan.changes
		return errors.Join(err, plan.remove())
	})
	if r.options.Dry && !maps.Equal(o.was, o.tags) {
		group.Go(func() error {
			plan, err := p.makePlan(ctx, m, o.was, io.Discard)
			if err == nil { // a map without tags is often no valid one
				o.anyway = append([]change{}, plan.changes...)
			}
			return plan.remove()
		})
	}
	return o, group.Wait()
}
