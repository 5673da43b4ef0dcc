// Package ecs deploys to services of an Amazon ECS cluster. A service's
// containers that are the project's run the release's images by digest;
// everything else in its task definition stays as it was written, with keys
// that this version does not know. A deploy is a success when the very
// deployment that it started has completed, and every running task has the
// released digests.
package ecs

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"git.example/slipway/pipelines/deploy"
)

// Target are services of one cluster.
type Target struct {
	Options
	first *firstRevisions

	mu  sync.Mutex
	api *api // nil until connect
}

var (
	_ deploy.Target  = (*Target)(nil)
	_ deploy.Pruner  = (*Target)(nil)
	_ deploy.Settler = (*Target)(nil)
	_ deploy.Stepper = (*Target)(nil)
)

// New is the target that o describes. It connects to nothing.
func New(o Options) *Target {
	return &Target{Options: o, first: &firstRevisions{byName: map[string]string{}}}
}

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.Options.Name }

// Observe reads the services, their task definitions and the secrets that they
// need. It fails when something is missing or is not there to be changed.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	o, err := t.observer(ctx, d)
	if err != nil {
		return deploy.Observed{}, err
	}
	return o.observe(ctx)
}

// Pull does nothing: ECS pulls where it starts tasks.
func (t *Target) Pull(context.Context, deploy.Desired, io.Writer) error { return nil }

// Plan compares the services with the release. One that runs what is wanted is
// left alone: nothing is registered, nothing is updated.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	return makePlan(t.Options, d, observed)
}

// Apply makes the plan true: it registers revisions, runs the steps before,
// updates every service, waits for all of them together, and runs the steps
// after.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	cluster, err := t.connect(ctx)
	if err != nil {
		return err
	}
	log := &lineLog{to: s.Log}
	w := &applier{
		api: cluster, owner: t.owner(), rollouts: t.rollouts(cluster, log), steps: t.steps(cluster),
		session: s, log: log, desired: d, specs: map[string]serviceSpec{}, revisions: map[string]string{},
	}
	if err := json.Unmarshal(p.Actions, &w.actions); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.Name(), err)
	}
	specs, err := wantedServices(d)
	if err != nil {
		return err
	}
	for _, spec := range specs {
		w.specs[spec.Name] = spec
	}
	return w.apply(ctx)
}

// Verify looks at every running task of the release's services: the digest that
// each of our containers really runs, and the revision that it was started from.
func (t *Target) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	o, err := t.observer(ctx, d)
	if err != nil {
		return deploy.Proof{}, err
	}
	o.proving = true
	return untilProven(ctx, t.poll(), func(ctx context.Context) (deploy.Proof, error) {
		services, err := o.look(ctx)
		if err != nil {
			return deploy.Proof{}, err
		}
		proofs, err := prover{api: o.api, desired: d}.proveAll(ctx, services)
		return whole(proofs), err
	})
}

// VerifyMoved proves d in services that somebody else moves, such as Terraform:
// it waits for the deployments that are on their way, for at most the target's
// timeout, and looks at every task as Verify does. A deployment that fails, or
// that ECS rolled back, is a *RolloutError or a *deploy.Stopped with the
// reasons. Of t's Options it needs AWS and Config's cluster and services.
func (t *Target) VerifyMoved(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	cluster, err := t.connect(ctx)
	if err != nil {
		return deploy.Proof{}, err
	}
	if err := cluster.requireCluster(ctx); err != nil {
		return deploy.Proof{}, err
	}
	m := movedProver{
		prover: prover{api: cluster, desired: d}, cluster: t.Config,
		rollouts: t.rollouts(cluster, &lineLog{to: io.Discard}),
	}
	return untilProven(ctx, t.poll(), m.prove)
}

// RunStep runs one command in a new task of the revision that the service runs.
func (t *Target) RunStep(ctx context.Context, d deploy.Desired, service string, command []string, s deploy.Session) error {
	o, err := t.observer(ctx, d)
	if err != nil {
		return err
	}
	services, err := o.look(ctx)
	if err != nil {
		return err
	}
	for _, seen := range services {
		if seen.spec.Name != service || !seen.there {
			continue
		}
		container, err := seen.stepContainer("")
		if err != nil {
			return err
		}
		return t.steps(o.api).run(ctx, oneOff{
			service: service, revision: seen.current(), container: container, command: command,
			timeout: defaultStepTimeout, placement: placementOf(seen.service),
			group: "slipway-" + t.owner().digest(d.Release.Tag, seen.current(), strings.Join(command, "\x00"))[:24],
		}, s)
	}
	return fmt.Errorf("cluster %q has no service %q", t.Config.Cluster, service)
}

// Settle waits for one-off tasks that a killed run left running: a migration
// of another release must not run beside ours.
func (t *Target) Settle(ctx context.Context, log io.Writer) error {
	cluster, err := t.connect(ctx)
	if err != nil {
		return err
	}
	return t.steps(cluster).settle(ctx, log)
}

// Prune deregisters the revisions of releases that nobody goes back to, where
// slipway.yaml asks for it: those that a deploy made for dropped releases alone. One that
// a service, a task set, a task, a schedule or a rule has stays.
func (t *Target) Prune(ctx context.Context, drop, keep []deploy.Desired, log io.Writer) error {
	p := dropping(drop, keep)
	if !t.Config.Deregister || len(p.images)+len(p.revisions) == 0 {
		return nil
	}
	var err error
	if p.api, err = t.connect(ctx); err != nil {
		return err
	}
	p.services = t.Config.Services.Names()
	return p.run(ctx, log)
}

// InitTaskDefinition is the task definition that a service runs, as a file to
// keep in the repository: what only AWS can set, and what is empty, is left
// out. The JSON's keys are sorted.
func (t *Target) InitTaskDefinition(ctx context.Context, service string) ([]byte, error) {
	cluster, err := t.connect(ctx)
	if err != nil {
		return nil, err
	}
	return currentFile(ctx, cluster, service)
}

// observer looks at the services for d.
func (t *Target) observer(ctx context.Context, d deploy.Desired) (*observer, error) {
	specs, err := wantedServices(d)
	if err != nil {
		return nil, err
	}
	cluster, err := t.connect(ctx)
	if err != nil {
		return nil, err
	}
	return &observer{options: t.Options, api: cluster, first: t.first, desired: d, specs: specs}, nil
}

// connect signs in, once.
func (t *Target) connect(ctx context.Context) (*api, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.api != nil {
		return t.api, nil
	}
	c, err := t.AWS(ctx)
	if err != nil {
		return nil, err
	}
	t.api = newAPI(c, t.Config.Cluster)
	return t.api, nil
}

func (t *Target) steps(cluster *api) oneOffs {
	return oneOffs{api: cluster, owner: t.owner(), poll: t.poll()}
}

func (t *Target) rollouts(cluster *api, log *lineLog) rolloutWaiter {
	return rolloutWaiter{api: cluster, poll: t.poll(), timeout: t.timeout(), log: log}
}
