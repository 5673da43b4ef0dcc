package awsfake

import "slices"

// SessionToken is that of every session of ECS Exec: a secret.
const SessionToken = "t0ken-of-a-session"

// AgentStatus is what tasks tell of the agent of ECS Exec.
func (e *ECS) AgentStatus() string {
	if e.NoAgent {
		return "STOPPED"
	}
	return "RUNNING"
}

func (e *ECS) executeCommand(c *Call) (any, error) {
	i := slices.IndexFunc(e.tasks, func(t *task) bool { return lastPart(t.arn) == lastPart(c.String("task")) })
	if i < 0 || e.tasks[i].last != "RUNNING" || !e.tasks[i].executes {
		return nil, ecsError("InvalidParameterException", "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn't running.")
	}
	return map[string]any{
		"clusterArn": e.tasks[i].cluster.arn, "taskArn": e.tasks[i].arn, "containerName": c.String("container"), "interactive": c.Bool("interactive"),
		"session": map[string]any{"sessionId": "ecs-execute-command-1", "streamUrl": "wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/1", "tokenValue": SessionToken},
	}, nil
}
