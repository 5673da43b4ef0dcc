package pipelines

import (
	"context"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
)

// PlanOptions say what to plan.
type PlanOptions struct {
	// Env, Tag, Only and Paths are as in DeployOptions.
	Env   string
	Tag   string
	Only  []string
	Paths []string
	// NoTfvars is as in DeployOptions.
	NoTfvars bool
}

// Planned is everything that a deploy would do.
type Planned struct {
	Environment string `json:"environment"`
	Tag         string `json:"tag"`
	// Published says that the release exists. When it does not, Images says
	// what a publish would do, and there is nothing to plan for the targets yet.
	Published bool          `json:"published"`
	Images    []ImagePlan   `json:"images,omitempty"`
	Targets   []deploy.Plan `json:"targets,omitempty"`
}

// Empty says that there is nothing to do.
func (p Planned) Empty() bool {
	for _, target := range p.Targets {
		if !target.Empty() {
			return false
		}
	}
	return p.Published
}

// ImagePlan is what a publish would do with one image.
type ImagePlan struct {
	Name    string      `json:"name"`
	Action  ImageAction `json:"action"`
	Content string      `json:"content"`
	// Digest is empty for an image that has to be built.
	Digest string `json:"digest,omitempty"`
}

// ImageAction is what a publish would do with an image.
type ImageAction string

// The actions of a publish.
const (
	ReuseImage ImageAction = "reuse"
	BuildImage ImageAction = "build"
)

// Plan says what Deploy would do. It changes nothing.
func (p *Project) Plan(ctx context.Context, o PlanOptions) (Planned, error) {
	environment, err := p.environment(o.Env)
	if err != nil {
		return Planned{}, err
	}
	if o.Tag == "" {
		planned, published, err := p.planPublish(ctx, environment)
		if err != nil || !published {
			return planned, err
		}
		o.Tag = planned.Tag
	}
	s, d, record, err := p.prepare(ctx, DeployOptions{Env: environment.Name, Tag: o.Tag, Only: o.Only, Paths: o.Paths, NoTfvars: o.NoTfvars})
	if err != nil {
		return Planned{}, err
	}
	planned := Planned{Environment: s.name, Tag: record.Tag, Published: true}
	planned.Targets, err = rollout.Preview(ctx, d)
	return planned, err
}

// PlanImages is the part of Plan that asks no target: the release of this
// commit, or what a publish would do to make it.
func (p *Project) PlanImages(ctx context.Context, env string) (Planned, error) {
	environment, err := p.environment(env)
	if err != nil {
		return Planned{}, err
	}
	planned, published, err := p.planPublish(ctx, environment)
	planned.Environment, planned.Published = environment.Name, published
	return planned, err
}

// planPublish finds this commit's newest release; without one it says what a
// publish would do.
func (p *Project) planPublish(ctx context.Context, e config.Entry[config.Environment]) (Planned, bool, error) {
	to, err := p.destination(ctx, e.Value.Registry)
	if err != nil {
		return Planned{}, false, err
	}
	images, err := p.images(ctx)
	if err != nil {
		return Planned{}, false, err
	}
	newest, found, err := p.newestTag(ctx, to, images)
	if err != nil || found {
		return Planned{Tag: newest}, found, err
	}
	tag, err := p.tag()
	if err != nil {
		return Planned{}, false, err
	}
	planned := Planned{Environment: e.Name, Tag: tag.Name}
	work, err := p.assess(ctx, to)
	if err != nil {
		return Planned{}, false, err
	}
	for _, image := range work.images {
		action := BuildImage
		if image.digest != "" {
			action = ReuseImage
		}
		planned.Images = append(planned.Images, ImagePlan{Name: image.name, Action: action, Content: image.contentTag, Digest: image.digest})
	}
	return planned, false, nil
}
