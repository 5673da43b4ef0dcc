package ecs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
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

// lookAtTasks looks for tasks that stopped, and gives up on a rollout whose
// tasks stop for one reason again and again.
func (w rolloutWaiter) lookAtTasks(ctx context.Context, suspects []*rollout) error {
	var arns []string
	by := map[string]*rollout{}
	for _, r := range suspects {
		if r.removal {
			continue
		}
		stopped, err := w.api.taskARNs(ctx, ecs.ListTasksInput{ServiceName: aws.String(r.service), DesiredStatus: types.DesiredStatusStopped})
		if err != nil {
			return err
		}
		if r.looked == nil {
			r.looked, r.stopped = map[string]bool{}, map[string][]types.Task{}
		}
		for _, arn := range stopped {
			if !r.looked[arn] {
				arns, by[arn] = append(arns, arn), r
			}
		}
	}
	tasks, err := w.api.tasks(ctx, arns)
	if err != nil {
		return err
	}
	var failures []error
	for _, task := range tasks {
		r := by[aws.ToString(task.TaskArn)]
		if r == nil || aws.ToString(task.LastStatus) != "STOPPED" {
			continue // still stopping: its exit codes are not known
		}
		r.looked[aws.ToString(task.TaskArn)] = true
		if aws.ToString(task.StartedBy) != r.deployment {
			continue
		}
		how, reason := failureOf(task)
		if how == "" {
			continue
		}
		r.stopped[how] = append(r.stopped[how], task)
		if n := len(r.stopped[how]); n == failuresToGiveUp(how) {
			failures = append(failures, r.taskFailure(n, reason, r.stopped[how]))
		}
	}
	return errors.Join(failures...)
}

// failuresToGiveUp is how many tasks have to fail in the same way before it is no
// accident: what never started is told apart from a slow dependency sooner.
func failuresToGiveUp(how string) int {
	if strings.HasPrefix(how, "CannotPull") || strings.HasPrefix(how, "ResourceInitialization") {
		return 2
	}
	return 3
}
