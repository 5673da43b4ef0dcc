package apply

import (
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// factLines is how many of a container's last log lines are facts.
const factLines = "50"

// stopped collects what there is to know about a container that failed.
func stopped(ctx context.Context, s stack.Stack, c container.Container, reason string) error {
	e := &deploy.Stopped{Subject: c.Service(), Container: c.Name, Reason: reason}
	e.Facts = append(e.Facts, "image "+c.Config.Image, "state "+c.Status())
	if c.RestartCount > 0 {
		e.Facts = append(e.Facts, fmt.Sprintf("restarts %d", c.RestartCount))
	}
	if c.State.OOMKilled {
		e.Facts = append(e.Facts, "killed: out of memory")
	}
	if c.State.Error != "" {
		e.Facts = append(e.Facts, "docker: "+c.State.Error)
	}
	if c.State.Health != nil {
		for _, probe := range c.State.Health.Log {
			e.Facts = append(e.Facts, fmt.Sprintf("health check, exit code %d: %s", probe.ExitCode, strings.Join(strings.Fields(probe.Output), " ")))
		}
	}
	script := &stack.Script{}
	script.Raw(shell.Words("docker", "logs", "--tail", factLines, c.ID) + " 2>&1")
	out, err := s.Output(ctx, script)
	if err != nil {
		e.Facts = append(e.Facts, "its log can't be read: "+err.Error())
	}
	if text := strings.TrimSpace(string(out)); text != "" {
		for _, line := range strings.Split(text, "\n") {
			e.Facts = append(e.Facts, "log: "+line)
		}
	}
	return e
}
