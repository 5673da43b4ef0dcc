package awsfake

import (
	"slices"
	"time"
)

// walk brings the scheduler to the clock's time, tick by tick.
func (e *ECS) walk() {
	for now := e.s.Clock.Now(); e.at.Add(e.paced(ecsTick)).Before(now); {
		e.at = e.at.Add(e.paced(ecsTick))
		for _, t := range e.tasks {
			if e.walkTask(t) && t.deployment != nil {
				t.deployment.crashes, t.deployment.crashed = t.deployment.crashes+1, e.at
				if !t.deployment.ran {
					t.deployment.failed++
				}
			}
			if t.well && t.deployment != nil && t.last == "RUNNING" {
				t.deployment.ran, t.deployment.failed = true, 0
			}
		}
		e.tasks = slices.DeleteFunc(e.tasks, func(t *task) bool { return t.last == "STOPPED" && e.at.Sub(t.ended) > remembered })
		for _, s := range e.services {
			e.schedule(s)
		}
	}
}

// schedule does one tick of a service.
func (e *ECS) schedule(s *ecsService) {
	var ours, old []*task
	alive := 0 // not yet stopped
	for _, t := range e.tasks {
		if t.service != s || t.last == "STOPPED" {
			continue
		}
		alive++
		switch {
		case t.desired != "RUNNING":
		case t.deployment == s.deployments[0]:
			ours = append(ours, t)
		default:
			old = append(old, t)
		}
	}
	if s.status == "DRAINING" && alive == 0 {
		s.status, s.deployments = "INACTIVE", nil
	}
	if s.status != "ACTIVE" {
		return
	}
	d := s.deployments[0]
	if d.rollout == "FAILED" {
		return
	}
	if e.trip(s, d) {
		return
	}
	e.scale(s, d, ours, old)
	e.complete(s, d, ours, old)
}

// A service whose tasks keep failing starts them less and less often
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html).
const (
	fewCrashes = 15
	crashPause = 5 * time.Minute
)

// scale starts and stops tasks within the minimum and the maximum.
func (e *ECS) scale(s *ecsService, d *deployment, ours, old []*task) {
	most, least := s.desired*s.max/100, (s.desired*s.min+99)/100
	throttled := d.crashes > fewCrashes && e.at.Sub(d.crashed) < crashPause
	for n := len(ours); n < s.desired && n+len(old) < most && !throttled; n++ {
		t := e.startTask(s, d)
		e.event(s, "has started 1 tasks: (task %s).", lastPart(t.arn))
	}
	for n := len(ours); n > s.desired; n-- {
		e.stop(ours[n-1], "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment "+d.id+")")
	}
	well := 0
	for _, t := range slices.Concat(ours, old) {
		if t.last == "RUNNING" && t.well {
			well++
		}
	}
	for _, t := range old {
		if t.last == "RUNNING" && t.well {
			if well <= least {
				continue
			}
			well--
		}
		e.stop(t, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment "+d.id+")")
		e.event(s, "has stopped 1 running tasks: (task %s).", lastPart(t.arn))
	}
}

// complete ends a deployment of which all tasks have run for a while.
func (e *ECS) complete(s *ecsService, d *deployment, ours, old []*task) {
	good := len(ours) == s.desired && len(old) == 0
	for _, t := range ours {
		good = good && t.last == "RUNNING" && t.well
	}
	if !good {
		d.steadySince = e.at.Add(e.paced(ecsTick))
		return
	}
	if d.rollout == "COMPLETED" || e.at.Sub(d.steadySince) < e.paced(steady) {
		return
	}
	d.rollout, d.reason, d.updated, d.serviceStatus = "COMPLETED", "ECS deployment "+d.id+" completed.", e.at, "SUCCESSFUL"
	if d.undoes != nil {
		d.undoes.serviceStatus = "ROLLBACK_SUCCESSFUL"
	}
	e.event(s, "(deployment %s) deployment completed.", d.id)
	e.event(s, "has reached a steady state.")
	s.past = append(s.deployments[1:], s.past...)
	s.deployments, s.completed = s.deployments[:1:1], d.revision
}

// trip is the circuit breaker: half of the desired count, at least 3, at most
// 200 tasks that failed in a row
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html).
func (e *ECS) trip(s *ecsService, d *deployment) bool {
	threshold := min(max((s.desired+1)/2, 3), 200)
	if !s.breaker || d.rollout != "IN_PROGRESS" || d.failed < threshold {
		return false
	}
	d.rollout, d.reason, d.updated = "FAILED", "ECS deployment circuit breaker: tasks failed to start.", e.at
	d.serviceStatus, d.serviceReason = "STOPPED", "Service deployment circuit breaker: tasks failed to start."
	e.event(s, "(deployment %s) deployment failed: tasks failed to start.", d.id)
	for _, t := range e.tasks {
		if t.deployment == d {
			e.stop(t, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment "+d.id+")")
		}
	}
	if !s.rollback || s.completed == "" || s.completed == d.revision {
		return true
	}
	before := d.id
	for _, other := range s.deployments {
		if other.revision == s.completed {
			before = other.id
		}
	}
	d.serviceStatus = "ROLLBACK_IN_PROGRESS"
	d.serviceReason = "Service deployment rolled back because the circuit breaker threshold was exceeded."
	e.event(s, "rolling back to deployment %s.", before)
	e.deploy(s, s.completed, "ECS deployment circuit breaker: rolling back to deploymentId "+before).undoes = d
	return true
}
