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

// failure is a rollout that ECS, or the deadline, ended.
func (w rolloutWaiter) failure(ctx context.Context, r *rollout, reason string) error {
	e := &RolloutError{Service: r.service, Deployment: r.deployment, Reason: reason}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	for _, d := range r.last.Deployments {
		e.Facts = append(e.Facts, fmt.Sprintf("deployment of %s: %s %s, %d of %d tasks run, %d pending, %d failed",
			shortARN(aws.ToString(d.TaskDefinition)), aws.ToString(d.Status), d.RolloutState, d.RunningCount, d.DesiredCount, d.PendingCount, d.FailedTasks))
	}
	e.Facts = append(e.Facts, w.deploymentFacts(ctx, r)...)
	e.Facts = append(e.Facts, w.stoppedFacts(ctx, r)...)
	e.Facts = append(e.Facts, r.recentEvents()...)
	return e
}

// stoppedFacts are about the last tasks of the rollout that stopped, or of all
// when it is not known which one it was.
func (w rolloutWaiter) stoppedFacts(ctx context.Context, r *rollout) []string {
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
	if len(tasks) > 0 {
		facts = append(facts, w.api.logFacts(ctx, r.service, tasks[0])...)
	}
	return facts
}

// deploymentFacts are what ECS says of how the deployment ended. Not every
// identity may ask for it, so what goes wrong is left out.
func (w rolloutWaiter) deploymentFacts(ctx context.Context, r *rollout) []string {
	if r.began.IsZero() {
		return nil
	}
	out, err := w.api.client.ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: aws.String(w.api.cluster), Service: aws.String(r.service),
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
