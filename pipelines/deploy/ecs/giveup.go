package ecs

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

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
			failures = append(failures, r.taskFailure(n, reason, r.stopped[how], w.api.logFacts(ctx, r.service, task)))
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
