package rollout

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/report"
)

// pullsAtOnce bounds how many targets pull at the same time, so that a registry
// is not asked by all of them together.
const pullsAtOnce = 4

// pull brings the images to every target, before the lock is taken.
func pull(ctx context.Context, d Deployment) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(pullsAtOnce)
	for _, item := range d.Targets {
		group.Go(func() error {
			name := "pull " + item.Target.Name()
			return report.Run(ctx, d.reporter(), name, func(t *report.Task) error {
				if err := item.Target.Pull(ctx, item.Desired, t); err != nil {
					return fmt.Errorf("pulling the images of target %q: %w", item.Target.Name(), err)
				}
				return nil
			})
		})
	}
	return group.Wait()
}
