package compose

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/apply"
	"git.example/slipway/pipelines/deploy/compose/job"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/observe"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/prove"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// Target is a compose stack that releases are deployed to.
type Target struct {
	name  string
	stack stack.Stack
	look  observe.Look
	jobs  job.Runner
	steps Steps
}

var (
	_ deploy.Target  = (*Target)(nil)
	_ deploy.Pruner  = (*Target)(nil)
	_ deploy.Settler = (*Target)(nil)
	_ deploy.Stepper = (*Target)(nil)
)

// New is the target that o describes.
func New(o Options) *Target {
	s := stack.Stack{
		Host: deploy.Steady(o.Host), Dir: o.Dir, StateDir: o.State, Config: o.Config, Synced: o.Synced, InCheckout: o.InCheckout,
		Poll: cmp.Or(o.Poll, 500*time.Millisecond),
	}
	if named, ok := o.Host.(fmt.Stringer); ok {
		s.HostName = named.String()
	}
	look := observe.Look{Host: s, Rendered: &model.Rendered{}}
	return &Target{name: o.Name, stack: s, look: look, jobs: job.Runner{Stack: s, Blind: cmp.Or(o.Blind, time.Minute)}, steps: o.Steps}
}

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.name }

// Observe reads the stack. It fails when the stack is not ours to change.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	return t.look.Target(ctx, d)
}

// Plan compares the stack with the release. A service whose image and
// configuration are the same is left alone.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observe.Observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", t.name)
	}
	settings := plan.Settings{Target: t.name, On: t.stack.On(), Dir: t.stack.Dir, Config: t.stack.Config, Steps: t.steps}
	return plan.Make(settings, d, o, observed.Previous != nil)
}

// Apply makes the plan true, one action after the other.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	var actions plan.Actions
	if err := json.Unmarshal(p.Actions, &actions); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.name, err)
	}
	return apply.Apply(ctx, t.jobs, d, actions, s)
}

// Verify looks at every container of the release's services: the digest of the
// image it really runs, its configuration, its state. Health checks that have
// just begun are waited for.
func (t *Target) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	return prove.Verify(ctx, t.look, d)
}

// RunStep runs one command in a new container of a service, with the image and
// the environment of d, which is what runs.
func (t *Target) RunStep(ctx context.Context, d deploy.Desired, service string, words []string, s deploy.Session) error {
	return apply.RunStep(ctx, t.jobs, d, service, words, s)
}

// Settle waits for a job that a killed run left running, so that two of them
// never work on the stack at once. A step that ended well is not run again.
func (t *Target) Settle(ctx context.Context, log io.Writer) error {
	ended, err := t.jobs.Settle(ctx, log, t.sweepUnfinished())
	if err != nil || ended == nil || ended.Step == "" {
		return err
	}
	return state.StepDone(ctx, t.stack, ended.Tag, ended.Step)
}
