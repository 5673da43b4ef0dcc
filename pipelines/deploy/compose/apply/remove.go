package apply

import (
	"context"
	"fmt"
	"time"

	"git.example/slipway/pipelines/deploy/compose/job"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// remove ends services that the release does not have.
func (w *worker) remove(ctx context.Context, r plan.Remove) error {
	for _, service := range r.Services {
		fmt.Fprintf(w.session.Log, "%s: removing\n", service)
	}
	script := &stack.Script{}
	if r.Drain {
		script.Sleep(time.Duration(w.stack.Config.Drain))
	}
	script.StopContainers(r.Containers, nil)
	if r.All {
		script.Line(append(w.stack.Compose(w.actions.Project), "down")...) // networks; volumes stay
	}
	if err := w.change(ctx, script, job.DefaultTimeout); err != nil {
		return fmt.Errorf("removing services: %w", err)
	}
	return nil
}
