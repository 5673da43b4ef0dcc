package pipelines

import (
	"context"
	"errors"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// PlanOptions say what to plan.
type PlanOptions struct {
	// Env, Tag, Only and Paths are as in DeployOptions.
	Env   string
	Tag   string
	Only  []string
	Paths []string
	// NoTfvars, AllowDiverged and Direct are as in DeployOptions.
	NoTfvars      bool
	AllowDiverged bool
	Direct        bool
}

// Planned is everything that a deploy would do.
type Planned struct {
	Environment string `json:"environment"`
	Tag         string `json:"tag"`
	// Published says that the release exists. When it does not, Images says
	// what a publish would do, and there is nothing to plan for the targets yet.
	Published bool        `json:"published"`
	Images    []ImagePlan `json:"images,omitempty"`
	// Refused are why a deploy would refuse the release, if it would.
	Refused []string      `json:"refused,omitempty"`
	Targets []deploy.Plan `json:"targets,omitempty"`
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

// Plan says what Deploy would do, and what it would refuse. It changes nothing.
func (p *Project) Plan(ctx context.Context, o PlanOptions) (Planned, error) {
	environment, err := p.workspace.Environment(o.Env)
	if err != nil {
		return Planned{}, err
	}
	if o.Tag == "" {
		planned, err := p.planImages(ctx, environment, o)
		if err != nil || !planned.Published {
			return planned, err
		}
		o.Tag = planned.Tag
	}
	r, err := preparation{p.workspace, p.registries, p.targets}.ready(ctx, DeployOptions{
		Env: environment.Name, Tag: o.Tag, Only: o.Only, Paths: o.Paths, NoTfvars: o.NoTfvars,
		AllowDiverged: o.AllowDiverged, Direct: o.Direct,
	})
	if err != nil {
		return Planned{}, err
	}
	planned := Planned{Environment: r.environment.Name, Tag: r.release.Record.Tag, Published: true}
	if planned.Refused, err = r.refusals(ctx); err != nil {
		return Planned{}, err
	}
	planned.Targets, err = rollout.Preview(ctx, r.deployment)
	return planned, err
}

// PlanImages is the part of Plan that asks no target: the release of this
// commit, or what a publish would do to make it.
func (p *Project) PlanImages(ctx context.Context, env string) (Planned, error) {
	environment, err := p.workspace.Environment(env)
	if err != nil {
		return Planned{}, err
	}
	return p.planImages(ctx, environment, PlanOptions{})
}

// planImages finds this commit's newest release; without one it says what a
// publish would do.
func (p *Project) planImages(ctx context.Context, e config.Entry[config.Environment], o PlanOptions) (Planned, error) {
	to, err := p.registries.Destination(ctx, e.Value.Registry)
	if err != nil {
		return Planned{}, err
	}
	newest, found, err := p.registries.Newest(ctx, to)
	if err != nil || found {
		return Planned{Environment: e.Name, Tag: newest, Published: found}, err
	}
	tag, err := p.workspace.Tag()
	if err != nil {
		return Planned{}, err
	}
	work, err := p.images.Assess(ctx, to)
	if err != nil {
		return Planned{}, err
	}
	planned := Planned{Environment: e.Name, Tag: tag.Name}
	if planned.Refused, err = p.refusedOnce(ctx, e, tag, o); err != nil {
		return Planned{}, err
	}
	for _, image := range work.Images {
		action := BuildImage
		if image.Digest != "" {
			action = ReuseImage
		}
		planned.Images = append(planned.Images, ImagePlan{Name: image.Name, Action: action, Content: image.ContentTag, Digest: image.Digest})
	}
	return planned, nil
}

// refusedOnce are why a deploy would refuse the release that publishing would make.
// What can't be read of the environment is said, and refuses nothing.
func (p *Project) refusedOnce(ctx context.Context, e config.Entry[config.Environment], tag release.Tag, o PlanOptions) ([]string, error) {
	a := admission{
		workspace: p.workspace, targets: p.targets, environment: e, allowDiverged: o.AllowDiverged, direct: o.Direct,
		release: published.Release{Record: release.Record{Tag: tag.Name, Commit: p.Info.Commit, Final: tag.Final}},
	}
	var refused []string
	if e.Value.Protected && !tag.Final {
		refused = append(refused, admitProtected(e.Name, a.release.Record).Error())
	}
	if from := e.Value.PromoteFrom; from != "" && !o.Direct {
		refused = append(refused, a.unproven(from).Error())
	}
	if len(e.Value.Deploy) == 0 {
		return refused, nil
	}
	kept, err := p.targets.Journal(ctx, e)
	if err == nil {
		var more []string
		more, err = a.underLock(ctx, kept)
		refused = append(refused, more...)
	}
	if err != nil && ctx.Err() == nil {
		p.workspace.Notice(report.Warning, "what is live in %s could not be seen, so nobody knows whether a deploy would be refused because of it: %v", e.Name, err)
		return refused, nil
	}
	return refused, err
}

// refusals are why a deploy would refuse the release now.
func (r readied) refusals(ctx context.Context) ([]string, error) {
	refused, err := asRefusal(r.admission.admit(ctx))
	if err != nil {
		return nil, err
	}
	more, err := r.admission.underLock(ctx, r.deployment.Journal)
	return append(refused, more...), err
}

// underLock is what a deploy would refuse once it has the lock, or because it can't
// have it.
func (a admission) underLock(ctx context.Context, kept *journal.Journal) ([]string, error) {
	live, err := kept.Live(ctx)
	if err != nil {
		return nil, err
	}
	held, err := kept.Held(ctx)
	if err != nil {
		return nil, err
	}
	refused, err := asRefusal(a.guard(ctx, live))
	if held != nil && !held.Abandoned() {
		refused = append(refused, (&journal.Locked{Info: *held}).Error())
	}
	return refused, err
}

// asRefusal parts refusals from errors.
func asRefusal(err error) ([]string, error) {
	var refused *Refusal
	if errors.As(err, &refused) {
		return []string{refused.Error()}, nil
	}
	return nil, err
}
