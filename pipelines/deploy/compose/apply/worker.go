package apply

import (
	"context"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/job"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// worker applies one plan.
type worker struct {
	stack   stack.Stack
	jobs    job.Runner
	session deploy.Session
	desired deploy.Desired
	actions plan.Actions
	state   state.State
}

// change runs a job that changes what runs, if we still hold the lock.
func (w *worker) change(ctx context.Context, s *stack.Script, timeout time.Duration) error {
	if s.Empty() {
		return nil
	}
	if err := w.session.Fence(ctx); err != nil {
		return err
	}
	return w.jobs.Run(ctx, w.stack.InDirectory(w.desired.Variables, s), job.Job{Timeout: timeout}, w.session.Log)
}
