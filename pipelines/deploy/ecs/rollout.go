package ecs

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"git.example/slipway/pipelines/deploy"
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
	return rolledOut(s, ours), ""
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

// taskFailure is a rollout whose tasks fail in the same way again and again, with the
// last log lines of one.
func (r *rollout) taskFailure(n int, reason string, tasks []types.Task, log []string) error {
	e := &deploy.Stopped{
		Subject: r.service, Container: "task " + shortARN(aws.ToString(tasks[n-1].TaskArn)),
		Reason: fmt.Sprintf("%d tasks stopped for the same reason: %s", n, reason),
	}
	for _, t := range tasks {
		e.Facts = append(e.Facts, taskFacts(t)...)
	}
	e.Facts = append(e.Facts, log...)
	e.Facts = append(e.Facts, r.recentEvents()...)
	return e
}

// recentEvents are the service's last events since the rollout began, newest first.
func (r *rollout) recentEvents() []string {
	var facts []string
	for _, e := range r.last.Events {
		if len(facts) < mostFacts && !aws.ToTime(e.CreatedAt).Before(r.began) {
			facts = append(facts, "event: "+aws.ToString(e.Message))
		}
	}
	return facts
}

// logEvents shows events as they come.
func (r *rollout) logEvents(log *lineLog) {
	if r.events == nil {
		r.events = map[string]bool{}
	}
	for _, e := range slices.Backward(r.last.Events) {
		id := aws.ToString(e.Id)
		if !r.events[id] && !r.began.IsZero() && !aws.ToTime(e.CreatedAt).Before(r.began) {
			log.printf("%s", aws.ToString(e.Message))
		}
		r.events[id] = true
	}
}
