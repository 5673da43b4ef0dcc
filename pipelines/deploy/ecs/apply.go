package ecs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
)

// Apply makes the plan true: it registers revisions, runs the steps before,
// updates every service, waits for all of them together, and runs the steps
// after.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	w := &worker{Target: t, Session: s, desired: d, revisions: map[string]string{}}
	if err := t.connect(ctx); err != nil {
		return err
	}
	if err := json.Unmarshal(p.Actions, &w.actions); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.Name(), err)
	}
	specs, err := wantedServices(d)
	if err != nil {
		return err
	}
	w.specs = map[string]serviceSpec{}
	for _, spec := range specs {
		w.specs[spec.Name] = spec
	}
	if err := w.register(ctx); err != nil {
		return err
	}
	for _, step := range w.actions.Before {
		if err := w.step(ctx, step); err != nil {
			return err
		}
	}
	rollouts, err := w.update(ctx)
	if err != nil {
		return err
	}
	if err := w.wait(ctx, rollouts); err != nil {
		return err
	}
	for _, step := range w.actions.After {
		if err := w.step(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// worker applies one plan.
type worker struct {
	*Target
	deploy.Session
	desired deploy.Desired
	actions actions
	specs   map[string]serviceSpec

	mu        sync.Mutex
	revisions map[string]string // by service
}

func (w *worker) logf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.Log, format+"\n", args...)
}

// each does something to every service of the plan, several at once.
func (w *worker) each(ctx context.Context, do func(context.Context, action) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for _, a := range w.actions.Services {
		group.Go(func() error { return do(ctx, a) })
	}
	return group.Wait()
}

// register makes the revisions that are not there yet. They run nowhere, so
// nothing has to be undone.
func (w *worker) register(ctx context.Context) error {
	if err := w.Fence(ctx); err != nil {
		return err
	}
	return w.each(ctx, func(ctx context.Context, a action) error {
		revision := a.Revision
		if revision == "" && !a.Remove {
			d, err := w.document(ctx, a)
			if err != nil {
				return fmt.Errorf("service %q: %w", a.Service, err)
			}
			if revision, err = w.api.register(ctx, d); err != nil {
				return fmt.Errorf("service %q: %w", a.Service, err)
			}
			w.logf("%s: registered %s", a.Service, shortARN(revision))
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.revisions[a.Service] = revision
		return nil
	})
}

// document makes the document anew: a plan does not hold it.
func (w *worker) document(ctx context.Context, a action) (document, error) {
	spec := w.specs[a.Service]
	var base document
	var err error
	if a.Base != "" {
		base, err = w.api.taskDefinition(ctx, a.Base)
	} else {
		base, err = parse([]byte(w.desired.Files[spec.TaskDefinition]))
	}
	if err != nil {
		return nil, err
	}
	d, _, err := spec.pinned(base, w.desired)
	if err != nil {
		return nil, err
	}
	if d.fingerprint() != a.Fingerprint {
		return nil, fmt.Errorf("its task definition is not what was planned; plan again")
	}
	return d, nil
}

// update starts every rollout. What it gives back is waited for.
func (w *worker) update(ctx context.Context) ([]*rollout, error) {
	if err := w.Fence(ctx); err != nil {
		return nil, err
	}
	var rollouts []*rollout
	err := w.each(ctx, func(ctx context.Context, a action) error {
		if a.Stays {
			return nil
		}
		r, err := w.start(ctx, a)
		if err != nil {
			return err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		rollouts = append(rollouts, r)
		return nil
	})
	return rollouts, err
}

// start starts one rollout.
func (w *worker) start(ctx context.Context, a action) (*rollout, error) {
	revision := w.revisions[a.Service]
	switch {
	case a.Remove:
		return w.remove(ctx, a.Service)
	case a.Deployment != "":
		w.logf("%s: waiting for %s", a.Service, shortARN(revision))
		return &rollout{service: a.Service, deployment: a.Deployment, revision: revision}, nil
	case a.Create:
		return w.create(ctx, a.Service, revision)
	}
	in := &ecs.UpdateServiceInput{
		Cluster: aws.String(w.Config.Cluster), Service: aws.String(a.Service),
		TaskDefinition: aws.String(revision), ForceNewDeployment: a.Force,
	}
	if count := w.specs[a.Service].DesiredCount; count != nil {
		in.DesiredCount = aws.Int32(int32(*count))
	}
	w.logf("%s: updating to %s", a.Service, shortARN(revision))
	out, err := w.api.client.UpdateService(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("updating service %q to %s: %w", a.Service, shortARN(revision), explain(err))
	}
	return started(a.Service, revision, out.Service)
}

func (w *worker) create(ctx context.Context, service, revision string) (*rollout, error) {
	spec := w.specs[service]
	token := digest(w.Project, w.Environment, w.Name(), service, revision)[:32]
	in, err := w.createInput([]byte(w.desired.Files[spec.Create]), spec, revision, token)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", spec.Create, err)
	}
	w.logf("%s: creating, with %s", service, shortARN(revision))
	out, err := w.api.create(ctx, in)
	if err != nil {
		return nil, err
	}
	return started(service, revision, out)
}

func (w *worker) remove(ctx context.Context, service string) (*rollout, error) {
	w.logf("%s: removing", service)
	_, err := w.api.client.DeleteService(ctx, &ecs.DeleteServiceInput{
		Cluster: aws.String(w.Config.Cluster), Service: aws.String(service), Force: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("removing service %q: %w", service, explain(err))
	}
	return &rollout{service: service, removal: true}, nil
}

// started is the rollout that ECS's answer names. Nothing but that one counts
// as ours.
func started(service, revision string, s *types.Service) (*rollout, error) {
	p := primary(*s)
	if p == nil || shortARN(aws.ToString(p.TaskDefinition)) != shortARN(revision) {
		return nil, fmt.Errorf("updating service %q to %s: ECS started no deployment of it; look at the service's events", service, shortARN(revision))
	}
	return &rollout{service: service, deployment: aws.ToString(p.Id), revision: revision, began: aws.ToTime(p.CreatedAt), seen: true}, nil
}

// digest is a name for something that has several parts.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
