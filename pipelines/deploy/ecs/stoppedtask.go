package ecs

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

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
