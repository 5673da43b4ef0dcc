package pipelines

import "context"

// Plan says what Deploy would do, and what it would refuse. For a checkout that is
// not published it plans the release that publishing would make. What can't be seen
// is said and the rest is planned. It changes nothing.
func (p *Project) Plan(ctx context.Context, o PlanOptions) (Planned, error) {
	environment, err := p.workspace.Environment(o.Env)
	if err != nil {
		return Planned{}, err
	}
	options := o.deploy(environment.Name)
	if err := options.check(environment); err != nil {
		return Planned{}, err
	}
	p.registries.Dry()
	p.targets.Dry()
	with := p.planner()
	if o.Offline {
		return with.offline(ctx, environment, o)
	}
	if o.Tag == "" {
		planned, made, err := with.release(ctx, environment, o)
		if err != nil {
			return planned, err
		}
		if !planned.Published {
			if made != nil && len(environment.Value.Deploy) > 0 {
				err = with.deploy(ctx, environment, *made, options, &planned)
			}
			return planned, err
		}
		options.Tag = planned.Tag
	}
	from, err := p.registries.Destination(ctx, environment.Value.Registry)
	if err != nil {
		return Planned{}, err
	}
	found, err := p.registries.Find(ctx, from, options.Tag)
	if err != nil {
		return Planned{}, err
	}
	planned := Planned{Environment: environment.Name, Tag: found.Record.Tag, Published: true, Record: found.Digest}
	err = with.deploy(ctx, environment, found, options, &planned)
	return planned, err
}

// PlanImages is the part of Plan that asks no target: the release of this
// commit, or what a publish would do to make it.
func (p *Project) PlanImages(ctx context.Context, env string) (Planned, error) {
	environment, err := p.workspace.Environment(env)
	if err != nil {
		return Planned{}, err
	}
	planned, _, err := p.planner().release(ctx, environment, PlanOptions{})
	return planned, err
}
