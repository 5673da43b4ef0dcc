package ecs

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// rolloutWaiter waits for rollouts.
type rolloutWaiter struct {
	api           *api
	poll, timeout time.Duration
	log           *lineLog
}

// taskLooks is how many looks at a service there are to one at its stopped tasks.
const taskLooks = 3

// wait waits for all rollouts together. The first that fails ends the waiting:
// the deploy goes back as a whole.
func (w rolloutWaiter) wait(ctx context.Context, pending []*rollout) error {
	deadline := time.Now().Add(w.timeout)
	for n := 1; len(pending) > 0; n++ {
		names := make([]string, len(pending))
		for i, r := range pending {
			names[i] = r.service
		}
		services, err := w.api.services(ctx, names)
		if err != nil {
			return err
		}
		var failures []error
		var still, suspects []*rollout
		for _, r := range pending {
			s, there := services[r.service]
			r.last = s
			r.logEvents(w.log)
			done, reason := r.judge(s, there)
			switch {
			case reason != "":
				failures = append(failures, w.failure(ctx, r, reason))
			case done:
				w.log.printf("%s: done", r.service)
			default:
				still = append(still, r)
				if r.suspicious() || n%taskLooks == 0 {
					suspects = append(suspects, r)
				}
			}
		}
		if err := errors.Join(failures...); err != nil {
			return err
		}
		if pending = still; len(pending) == 0 {
			return nil
		}
		if err := w.lookAtTasks(ctx, suspects); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			for _, r := range pending {
				failures = append(failures, w.failure(ctx, r, fmt.Sprintf("it does not run %s after %s", shortARN(r.revision), w.timeout)))
			}
			return errors.Join(failures...)
		}
		if err := sleep(ctx, w.poll); err != nil {
			return err
		}
	}
	return nil
}
