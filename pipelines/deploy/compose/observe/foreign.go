package observe

import (
	"context"
	"fmt"
	"path"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// refuseForeign is the error when containers of the project's name belong to a
// stack in another directory.
func refuseForeign(ctx context.Context, s stack.Stack, project string, found []container.Container) error {
	for _, c := range found {
		dir := c.Config.Labels[container.LabelDir]
		if dir == "" || path.Clean(dir) == path.Clean(s.Dir) {
			continue
		}
		script := &stack.Script{}
		script.Raw(`[ "$(cd ` + shell.Quote(dir) + ` && pwd -P)" = "$(cd ` + shell.Quote(s.Dir) + ` && pwd -P)" ]`)
		_, err := s.Output(ctx, script)
		if err == nil {
			continue // the same directory by another way
		}
		if command.ExitCode(err) < 0 {
			return fmt.Errorf("comparing directories: %w", err)
		}
		return fmt.Errorf("compose project %q runs already, from the directory %q: it is not this target's (%q); "+
			"to move the stack, take it down there first (docker compose -p %s down), else give this one another name with project: in slipway.yaml", project, dir, s.Dir, project)
	}
	return nil
}
