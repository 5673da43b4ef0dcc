package ecs

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
)

// applier applies one plan.
type applier struct {
	api      *api
	owner    owner
	rollouts rolloutWaiter
	steps    oneOffs
	session  deploy.Session
	log      *lineLog
	desired  deploy.Desired
	actions  actions
	specs    map[string]serviceSpec

	mu        sync.Mutex
	revisions map[string]string // by service
}

// apply makes the plan true as Target.Apply says.
func (w *applier) apply(ctx context.Context) error {
	if err := w.register(ctx); err != nil {
		return err
	}
	w.tell()
	for _, step := range w.actions.Before {
		if err := w.step(ctx, step); err != nil {
			return err
		}
	}
	rollouts, err := w.update(ctx)
	if err != nil {
		return err
	}
	if err := w.rollouts.wait(ctx, rollouts); err != nil {
		return err
	}
	for _, step := range w.actions.After {
		if err := w.step(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// each does something to every service of the plan, several at once.
func (w *applier) each(ctx context.Context, do func(context.Context, action) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for _, a := range w.actions.Services {
		group.Go(func() error { return do(ctx, a) })
	}
	return group.Wait()
}

// register makes the revisions that are not there yet. They run nowhere, so
// nothing has to be undone.
func (w *applier) register(ctx context.Context) error {
	if err := w.session.Fence(ctx); err != nil {
		return err
	}
	return w.each(ctx, func(ctx context.Context, a action) error {
		revision := a.Revision
		if revision == "" && !a.Remove {
			d, err := w.document(ctx, a)
			if err != nil {
				return fmt.Errorf("service %q: %w", a.Service, err)
			}
			r, err := w.api.register(ctx, d)
			if err != nil {
				return fmt.Errorf("service %q: %w", a.Service, err)
			}
			revision = r.arn
			w.log.printf("%s: registered %s", a.Service, shortARN(revision))
			if lost := differences(d, r.document, leftIsFilledIn); len(lost) > 0 {
				w.log.printf("%s: ECS did not take over as it was sent: %s; look at it with `aws ecs describe-task-definition --task-definition %s`",
					a.Service, strings.Join(lost, ", "), shortARN(revision))
			}
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.revisions[a.Service] = revision
		return nil
	})
}

// tell gives the revisions on, before any service is touched.
func (w *applier) tell() {
	if w.session.Registered == nil {
		return
	}
	known := map[string]string{}
	for service, revision := range w.revisions {
		if revision != "" {
			known[service] = revision
		}
	}
	w.session.Registered(known)
}

// document makes the document anew: a plan does not hold it.
func (w *applier) document(ctx context.Context, a action) (document, error) {
	spec := w.specs[a.Service]
	var base document
	var err error
	if a.Base != "" {
		var r revision
		r, err = w.api.taskDefinition(ctx, a.Base)
		base = r.document
	} else {
		base, err = parseFile(spec.TaskDefinition, w.desired.Files[spec.TaskDefinition])
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
func (w *applier) update(ctx context.Context) ([]*rollout, error) {
	if err := w.session.Fence(ctx); err != nil {
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

// step runs one step of the release. Its exit code gates the deploy. One that a
// killed run started is waited for, not started again.
func (w *applier) step(ctx context.Context, s step) error {
	placement, err := w.placement(ctx, s.Service)
	if err != nil {
		return err
	}
	return w.steps.run(ctx, oneOff{
		service: s.Service, revision: w.revisions[s.Service], container: s.Container, command: s.Command,
		timeout: s.Timeout.Or(defaultStepTimeout), placement: placement,
		group: "slipway-" + w.owner.digest(w.desired.Release.Tag, s.Key)[:24],
	}, w.session)
}

// placement is where a service's tasks run: as it says, or as the file says that
// it is created from.
func (w *applier) placement(ctx context.Context, service string) (placement, error) {
	services, err := w.api.services(ctx, []string{service})
	if err != nil {
		return placement{}, err
	}
	if s, ok := services[service]; ok && aws.ToString(s.Status) == "ACTIVE" {
		return placementOf(s), nil
	}
	var p placement
	file := w.specs[service].Create
	created, err := readCreate(file, w.desired.Files[file], service)
	if err == nil {
		var text []byte
		if text, err = json.Marshal(created); err == nil {
			err = json.Unmarshal(text, &p)
		}
	}
	if err != nil {
		return placement{}, fmt.Errorf("reading %q: %w", file, err)
	}
	return p, nil
}
