package ecs

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/deploy"
	rollouts "git.example/slipway/pipelines/deploy/rollout"
)

// A run that is killed anywhere is carried on by the next one: nothing is
// deployed twice, and a migration never runs twice at the same time.
func TestKilled(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		operation string
		nth       int
		// done says that ECS did what was asked before the run died.
		done bool
		// updates and tasks are how many deployments and migrations there are in the end.
		updates, tasks int
	}{
		"before a revision is registered":    {"RegisterTaskDefinition", 1, false, 1, 1},
		"after a revision was registered":    {"RegisterTaskDefinition", 1, true, 1, 1},
		"before the migration":               {"RunTask", 1, false, 1, 1},
		"when the migration had started":     {"RunTask", 1, true, 1, 1},
		"while the migration runs":           {"DescribeTasks", 1, false, 1, 1},
		"before the update":                  {"UpdateService", 1, false, 1, 1},
		"when the update was made":           {"UpdateService", 1, true, 1, 1},
		"while the deployment rolls":         {"DescribeServices", 4, false, 1, 1},
		"while the deployment rolls, longer": {"DescribeServices", 6, false, 1, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.mustDeploy("1")
			w.cfg.Before = migration(0)
			w.steps(awsfake.Behaviour{Exit: true, After: 20 * time.Second})
			updates, registered := w.calls("UpdateService"), w.calls("RegisterTaskDefinition")
			if test.operation == "DescribeServices" { // the deployment does not get on before the run dies
				w.fake.Fault("ecs", "UpdateService", 1, w.stopClock)
			}
			w.kill(test.operation, test.nth, test.done)
			w.fake.Clock.Speed(400)
			w.mustDeploy("2")
			w.runs("api", "2", 2)
			if got := w.calls("UpdateService") - updates; got != test.updates {
				t.Errorf("%d deployments were started, want %d", got, test.updates)
			}
			if got := w.calls("RegisterTaskDefinition") - registered; got != 1 {
				t.Errorf("%d revisions were registered, want 1", got)
			}
			if got := w.ecs.Tasks("rake db:migrate"); got != test.tasks {
				t.Errorf("%d migrations ran, want %d", got, test.tasks)
			}
		})
	}
}

// stopClock stops ECS's time at a call.
func (w *world) stopClock(*awsfake.Call) error {
	w.fake.Clock.Speed(0)
	return nil
}

// kill applies release 2 and dies at the nth call of an operation: no lock is
// given back, nothing goes back.
func (w *world) kill(operation string, nth int, done bool) {
	w.t.Helper()
	ctx, die := context.WithCancel(w.t.Context())
	defer die()
	w.fake.OnCall("ecs", operation, nth, done, die)
	target, d := w.target(), w.desired("2")
	err := func() error {
		observed, err := target.Observe(ctx, d)
		if err != nil {
			return err
		}
		plan, err := target.Plan(d, observed)
		if err != nil {
			return err
		}
		return target.Apply(ctx, d, plan, deploy.Session{Log: io.Discard, Fence: func(context.Context) error { return nil }})
	}()
	if !errors.Is(err, context.Canceled) {
		w.t.Fatalf("the run was not killed: %v", err)
	}
}

// A run that is interrupted goes back, and leaves nothing half done.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	w.fake.OnCall("ecs", "UpdateService", 1, true, interrupt)
	_, err := rollouts.Run(ctx, w.deployment("2"))
	wantError(t, err, "1 runs again")
	w.runs("api", "1", 2)
}

// The migration of a killed run is waited for before another release deploys.
func TestSettle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	w.cfg.Before = migration(0)
	w.steps(awsfake.Behaviour{Exit: true, After: 60 * time.Second})
	w.kill("RunTask", 1, true)
	w.mustDeploy("3")
	runs := w.fake.Calls("ecs", "RunTask")
	if len(runs) < 2 || runs[len(runs)-1].Time.Sub(runs[0].Time) < 60*time.Second {
		t.Error("two migrations ran at the same time")
	}
}
