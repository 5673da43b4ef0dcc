package pipelines

import (
	"context"
	"fmt"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
)

// DeployOptions say what to deploy and where.
type DeployOptions struct {
	// Env is the environment; the one that matches this build, or the only one,
	// when empty.
	Env string
	// Tag of the release; that of DEPLOY_TAG, or else the newest one of this commit,
	// when empty.
	Tag string
	// Only are the targets to deploy; all when empty. AutoTargets alone stands for
	// those that differ from what is live.
	Only []string
	// Paths are the only files or directories of git sync targets to change,
	// relative to the project, on top of what is live; all when empty.
	Paths []string
	// AllowDiverged lets an older or diverged commit replace the live one.
	AllowDiverged bool
	// Direct skips the proof that the environment to promote from runs it.
	Direct bool
	// NoTfvars leaves the tag maps of Terraform targets as they are: the tags are
	// passed to this run instead.
	NoTfvars bool
	// LockWait is how long to wait for another deploy; zero fails at once.
	LockWait time.Duration
	// Plan is a saved plan: the deploy does exactly that, or nothing. It names the
	// environment, the release and the targets.
	Plan *SavedPlan
	// Confirm asks before a protected environment is changed; an error stops the
	// deploy. Nil does not ask.
	Confirm func(ctx context.Context, question string) error

	// promotedFrom is the environment of a promotion, which has made its proof.
	promotedFrom string
}

// Deploy brings one release to one environment and proves that it runs. It
// uses the files that were recorded with the release, never the working tree's.
// A release that is not healthy is a *deploy.Failure, and the one before it
// runs again.
func (p *Project) Deploy(ctx context.Context, o DeployOptions) (rollout.Result, error) {
	if err := p.asPlanned(&o); err != nil {
		return rollout.Result{}, err
	}
	s, d, record, err := p.prepare(ctx, o)
	if err != nil {
		return rollout.Result{}, err
	}
	if err := o.Plan.expect(&d, record); err != nil {
		return rollout.Result{}, err
	}
	if err := p.admit(ctx, s, record, o); err != nil {
		return rollout.Result{}, err
	}
	if len(d.Targets) == 0 {
		return s.asLive(ctx)
	}
	if s.config.Protected && o.Confirm != nil {
		if err := o.Confirm(ctx, fmt.Sprintf("Deploy %s to the protected environment %s?", record.Tag, s.name)); err != nil {
			return rollout.Result{}, err
		}
	}
	d.Guard = p.guard(s, record, o)
	d.PromotedFrom, d.Direct = o.promotedFrom, o.Direct && (s.config.PromoteFrom != "" || o.promotedFrom != "")
	return rollout.Run(ctx, d)
}

// Release publishes, then deploys what was published.
func (p *Project) Release(ctx context.Context, publish PublishOptions, o DeployOptions) (rollout.Result, error) {
	environment, err := p.environment(o.Env)
	if err != nil {
		return rollout.Result{}, err
	}
	publish.Env, o.Env = environment.Name, environment.Name
	published, err := p.Publish(ctx, publish)
	if err != nil {
		return rollout.Result{}, err
	}
	o.Tag = published.Tag
	return p.Deploy(ctx, o)
}

// prepare finds the release and what its targets should run. It changes
// nothing.
func (p *Project) prepare(ctx context.Context, o DeployOptions) (*stage, rollout.Deployment, release.Record, error) {
	var none rollout.Deployment
	environment, err := p.environment(o.Env)
	if err != nil {
		return nil, none, release.Record{}, err
	}
	choose, err := chooser(&o)
	if err != nil {
		return nil, none, release.Record{}, err
	}
	if err := checkOnly(environment, o.Only); err != nil {
		return nil, none, release.Record{}, err
	}
	from, err := p.destination(ctx, environment.Value.Registry)
	if err != nil {
		return nil, none, release.Record{}, err
	}
	if o.Tag == "" {
		o.Tag, _ = p.lookup("DEPLOY_TAG")
	}
	record, files, err := p.findRelease(ctx, from, o.Tag)
	if err != nil {
		return nil, none, record, err
	}
	recorded, err := p.recordedEnvironment(environment.Name, record, files)
	if err != nil {
		return nil, none, record, err
	}
	recorded.Value = stricter(recorded.Value, environment.Value)
	s, err := p.stage(ctx, recorded, o.Only)
	if err != nil {
		return nil, none, record, err
	}
	if err := s.connect(ctx, publishedWithoutHost); err != nil {
		return nil, none, record, err
	}
	if o.NoTfvars {
		s.leaveTagMaps()
	}
	items, err := p.desired(ctx, s, record, files)
	if err != nil {
		return nil, none, record, err
	}
	if items, err = choose(ctx, s, items); err != nil {
		return nil, none, record, err
	}
	return s, p.deployment(s, record.Tag, items, o.LockWait), record, nil
}

// recordedEnvironment is the environment as the release's own slipway.yaml has it.
func (p *Project) recordedEnvironment(name string, record release.Record, files map[string][]byte) (config.Entry[config.Environment], error) {
	var none config.Entry[config.Environment]
	recorded, err := p.recordedConfig(files)
	if err != nil {
		return none, fmt.Errorf("release %q: %w", record.Tag, err)
	}
	environment, ok := recorded.Environments.Get(name)
	if !ok {
		return none, fmt.Errorf("release %q was published before environment %q was in %s: publish this commit again, with another build number", record.Tag, name, p.Config.Path)
	}
	return config.Entry[config.Environment]{Name: name, Value: environment}, nil
}
