package rollout

import (
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// down runs the commands that undo migrations, in what is live.
func (r *run) down(ctx context.Context) error {
	for _, step := range r.Down {
		name := fmt.Sprintf("down %s: %s", step.Service, strings.Join(step.Command, " "))
		err := report.Run(ctx, r.reporter(), name, func(t *report.Task) error {
			for _, item := range r.Targets {
				stepper, ok := item.Target.(deploy.Stepper)
				live, runs := r.prior[step.Target]
				if item.Target.Name() != step.Target || !ok || !runs {
					continue
				}
				session := deploy.Session{Log: t, Fence: r.lease.Fence}
				return stepper.RunStep(ctx, live, step.Service, step.Command, session)
			}
			return fmt.Errorf("target %q has no live release to run it in", step.Target)
		})
		if err != nil {
			return fmt.Errorf("running %q: %w", strings.Join(step.Command, " "), err)
		}
	}
	return nil
}
