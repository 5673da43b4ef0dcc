package rollout

import (
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// down runs the commands that undo migrations, in what is live.
func (a *attempt) down(ctx context.Context) error {
	for _, step := range a.Down {
		name := fmt.Sprintf("down %s: %s", step.Service, strings.Join(step.Command, " "))
		err := report.Run(ctx, a.reporter(), name, func(t *report.Task) error {
			for _, item := range a.Targets {
				stepper, ok := item.Target.(deploy.Stepper)
				live, runs := a.prior[step.Target]
				if item.Target.Name() != step.Target || !ok || !runs {
					continue
				}
				session := deploy.Session{Log: t, Fence: a.lease.Fence}
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
