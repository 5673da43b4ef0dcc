package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// rollout is one deployment that is waited for. Only that one counts: a
// service that is stable again, on another revision, is a failure.
type rollout struct {
	service, deployment, revision string
	// began is when ECS made the deployment; zero when a run before made it.
	began time.Time
	// removal waits for the service to be gone.
	removal bool
	// seen says that ECS has shown it; absent counts the looks without it. Reads
	// of ECS may be older than what was read before.
	seen   bool
	absent int
	// stopped are the tasks of this deployment that failed, by how they did.
	stopped map[string][]types.Task
	looked  map[string]bool // tasks
	failed  int32           // ECS's count of failed tasks
	events  map[string]bool // that were logged
	last    types.Service
}

// mostAbsent is how many looks may not show a deployment: reads that are older
// than our update, or a slow start.
const mostAbsent = 12

// taskLooks is how many looks at a service there are to one at its stopped tasks.
const taskLooks = 3

// wait waits for all rollouts together. The first that fails ends the waiting:
// the deploy goes back as a whole.
func (w *worker) wait(ctx context.Context, pending []*rollout) error {
	deadline := time.Now().Add(w.timeout())
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
			w.logEvents(r)
			done, reason := r.judge(s, there)
			switch {
			case reason != "":
				failures = append(failures, w.failure(ctx, r, reason))
			case done:
				w.logf("%s: done", r.service)
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
				failures = append(failures, w.failure(ctx, r, fmt.Sprintf("it does not run %s after %s", shortARN(r.revision), w.timeout())))
			}
			return errors.Join(failures...)
		}
		if err := sleep(ctx, w.poll()); err != nil {
			return err
		}
	}
	return nil
}

// judge says whether the rollout has completed, or why it never will.
func (r *rollout) judge(s types.Service, there bool) (done bool, reason string) {
	status := aws.ToString(s.Status)
	if r.removal {
		return !there || status == "INACTIVE", ""
	}
	if !there || status != "ACTIVE" {
		if r.absent++; r.absent > mostAbsent {
			return false, "the service is gone: somebody deleted it"
		}
		return false, ""
	}
	newest := primary(s)
	i := slices.IndexFunc(s.Deployments, func(d types.Deployment) bool { return aws.ToString(d.Id) == r.deployment })
	if i < 0 {
		return false, r.notThere(newest)
	}
	ours := s.Deployments[i]
	if r.began.IsZero() {
		r.began = aws.ToTime(ours.CreatedAt)
	}
	switch {
	case ours.RolloutState == types.DeploymentRolloutStateFailed:
		reason = aws.ToString(ours.RolloutStateReason)
		if reason == "" {
			reason = "ECS gave no reason"
		}
		return false, "its deployment failed: " + reason + rolledBack(newest, r)
	case newest != nil && aws.ToString(newest.Id) != r.deployment && !aws.ToTime(newest.CreatedAt).Before(r.began):
		return false, takenOver(newest)
	}
	r.seen, r.absent = true, 0
	return complete(s, ours), ""
}

// notThere judges an answer without our deployment.
func (r *rollout) notThere(newest *types.Deployment) string {
	if newest != nil && !r.began.IsZero() && !aws.ToTime(newest.CreatedAt).Before(r.began) {
		return takenOver(newest)
	}
	if r.absent++; r.absent <= mostAbsent {
		return "" // an old answer
	}
	return fmt.Sprintf("its deployment %s has vanished", r.deployment)
}

func takenOver(newest *types.Deployment) string {
	return fmt.Sprintf("another deployment, of %s, took over: ECS rolled back, or somebody else deployed", shortARN(aws.ToString(newest.TaskDefinition)))
}

func rolledBack(newest *types.Deployment, r *rollout) string {
	if newest == nil || aws.ToString(newest.Id) == r.deployment {
		return ""
	}
	return fmt.Sprintf(" ECS rolled back to %s.", shortARN(aws.ToString(newest.TaskDefinition)))
}

// complete says that a deployment is the newest, has ended, and runs all of its
// tasks. Behind a Classic Load Balancer ECS tells no rollout state.
func complete(s types.Service, d types.Deployment) bool {
	if aws.ToString(d.Status) != "PRIMARY" || d.RunningCount != d.DesiredCount {
		return false
	}
	if d.RolloutState == "" {
		return len(s.Deployments) == 1
	}
	return d.RolloutState == types.DeploymentRolloutStateCompleted
}

// suspicious says that ECS counted another failed task.
func (r *rollout) suspicious() bool {
	for _, d := range r.last.Deployments {
		if aws.ToString(d.Id) == r.deployment && d.FailedTasks > r.failed {
			r.failed = d.FailedTasks
			return true
		}
	}
	return false
}

// lookAtTasks looks for tasks that stopped, and gives up on a rollout whose
// tasks stop for one reason again and again.
func (w *worker) lookAtTasks(ctx context.Context, suspects []*rollout) error {
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
		if n := len(r.stopped[how]); n == enough(how) {
			failures = append(failures, w.taskFailure(r, n, reason, r.stopped[how]))
		}
	}
	return errors.Join(failures...)
}

// enough is how many tasks have to fail in the same way before it is no
// accident: what never started is told apart from a slow dependency sooner.
func enough(how string) int {
	if strings.HasPrefix(how, "CannotPull") || strings.HasPrefix(how, "ResourceInitialization") {
		return 2
	}
	return 3
}
