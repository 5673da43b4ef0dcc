package ecs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"git.example/slipway/pipelines/deploy"
)

// RolloutError is a deployment that did not come to run.
type RolloutError struct {
	Service, Deployment string
	// Reason reads as "its deployment failed: …".
	Reason string
	// Facts are counts, events and stopped tasks, one a line.
	Facts []string
}

func (e *RolloutError) Error() string {
	return fmt.Sprintf("service %q: %s\n  %s", e.Service, e.Reason, strings.Join(e.Facts, "\n  "))
}

// failureOf says how a task failed: a key that is the same for tasks that fail
// in the same way, and the reason in full. Both are empty for one that ECS
// stopped because it was no longer wanted.
func failureOf(t types.Task) (how, reason string) {
	stopped := aws.ToString(t.StoppedReason)
	switch t.StopCode {
	case types.TaskStopCodeUserInitiated, types.TaskStopCodeSpotInterruption, types.TaskStopCodeTerminationNotice:
		return "", ""
	}
	if strings.HasPrefix(stopped, "Scaling activity initiated by") {
		return "", ""
	}
	for _, c := range t.Containers {
		if why := aws.ToString(c.Reason); why != "" {
			how, _, _ = strings.Cut(why, ":")
			return how, fmt.Sprintf("container %s: %s", aws.ToString(c.Name), why)
		}
	}
	for _, c := range t.Containers {
		if c.ExitCode != nil && *c.ExitCode != 0 && t.StopCode == types.TaskStopCodeEssentialContainerExited {
			reason = fmt.Sprintf("container %s ended with exit code %d", aws.ToString(c.Name), *c.ExitCode)
			return reason, reason
		}
	}
	// "Task failed ELB health checks in (target-group …)", "ResourceInitializationError: …"
	how, _, _ = strings.Cut(stopped, ":")
	how, _, _ = strings.Cut(how, " in (")
	return how, stopped
}

// taskFacts are what is known about a stopped task.
func taskFacts(t types.Task) []string {
	facts := []string{fmt.Sprintf("task %s: %s (%s)", shortARN(aws.ToString(t.TaskArn)), aws.ToString(t.StoppedReason), t.StopCode)}
	for _, c := range t.Containers {
		text := fmt.Sprintf("container %s, image %s", aws.ToString(c.Name), short(aws.ToString(c.Image)))
		if c.ExitCode != nil {
			text += fmt.Sprintf(", exit code %d", *c.ExitCode)
		}
		if c.HealthStatus == types.HealthStatusUnhealthy {
			text += ", its health check failed"
		}
		if reason := aws.ToString(c.Reason); reason != "" {
			text += ": " + reason
		}
		facts = append(facts, text)
	}
	return facts
}

// mostFacts is how many tasks and events a failure tells.
const mostFacts = 5

// taskFailure is a rollout whose tasks fail in the same way again and again.
func (w *worker) taskFailure(r *rollout, n int, reason string, tasks []types.Task) error {
	e := &deploy.Stopped{
		Subject: r.service, Container: "task " + shortARN(aws.ToString(tasks[n-1].TaskArn)),
		Reason: fmt.Sprintf("%d tasks stopped for the same reason: %s", n, reason),
	}
	for _, t := range tasks {
		e.Facts = append(e.Facts, taskFacts(t)...)
	}
	e.Facts = append(e.Facts, r.events5()...)
	return e
}

// failure is a rollout that ECS, or the deadline, ended.
func (w *worker) failure(ctx context.Context, r *rollout, reason string) error {
	e := &RolloutError{Service: r.service, Deployment: r.deployment, Reason: reason}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	for _, d := range r.last.Deployments {
		e.Facts = append(e.Facts, fmt.Sprintf("deployment of %s: %s %s, %d of %d tasks run, %d pending, %d failed",
			shortARN(aws.ToString(d.TaskDefinition)), aws.ToString(d.Status), d.RolloutState, d.RunningCount, d.DesiredCount, d.PendingCount, d.FailedTasks))
	}
	e.Facts = append(e.Facts, w.deploymentFacts(ctx, r)...)
	e.Facts = append(e.Facts, w.stoppedFacts(ctx, r)...)
	e.Facts = append(e.Facts, r.events5()...)
	return e
}

// stoppedFacts are about the last tasks of the rollout that stopped, or of all
// when it is not known which one it was.
func (w *worker) stoppedFacts(ctx context.Context, r *rollout) []string {
	arns, err := w.api.taskARNs(ctx, ecs.ListTasksInput{ServiceName: aws.String(r.service), DesiredStatus: types.DesiredStatusStopped})
	if err != nil {
		return []string{"its stopped tasks can't be read: " + err.Error()}
	}
	tasks, err := w.api.tasks(ctx, arns)
	if err != nil {
		return []string{"its stopped tasks can't be read: " + err.Error()}
	}
	tasks = slices.DeleteFunc(tasks, func(t types.Task) bool {
		how, _ := failureOf(t)
		return how == "" || r.deployment != "" && aws.ToString(t.StartedBy) != r.deployment
	})
	slices.SortFunc(tasks, func(a, b types.Task) int { return aws.ToTime(b.StoppedAt).Compare(aws.ToTime(a.StoppedAt)) })
	var facts []string
	for _, t := range tasks[:min(len(tasks), mostFacts)] {
		facts = append(facts, taskFacts(t)...)
	}
	return facts
}

// deploymentFacts are what ECS says of how the deployment ended. Not every
// identity may ask for it, so what goes wrong is left out.
func (w *worker) deploymentFacts(ctx context.Context, r *rollout) []string {
	if r.began.IsZero() {
		return nil
	}
	out, err := w.api.client.ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: aws.String(w.Config.Cluster), Service: aws.String(r.service),
		CreatedAt: &types.CreatedAt{After: aws.Time(r.began.Add(-time.Minute))},
	})
	if err != nil {
		return nil
	}
	var facts []string
	for _, d := range out.ServiceDeployments {
		if reason := aws.ToString(d.StatusReason); reason != "" {
			facts = append(facts, fmt.Sprintf("service deployment %s: %s: %s", shortARN(aws.ToString(d.ServiceDeploymentArn)), d.Status, reason))
		}
	}
	return facts
}

// events5 are the service's last events since the rollout began, newest first.
func (r *rollout) events5() []string {
	var facts []string
	for _, e := range r.last.Events {
		if len(facts) < mostFacts && !aws.ToTime(e.CreatedAt).Before(r.began) {
			facts = append(facts, "event: "+aws.ToString(e.Message))
		}
	}
	return facts
}

// logEvents shows events as they come.
func (w *worker) logEvents(r *rollout) {
	if r.events == nil {
		r.events = map[string]bool{}
	}
	for _, e := range slices.Backward(r.last.Events) {
		id := aws.ToString(e.Id)
		if !r.events[id] && !r.began.IsZero() && !aws.ToTime(e.CreatedAt).Before(r.began) {
			w.logf("%s", aws.ToString(e.Message))
		}
		r.events[id] = true
	}
}
