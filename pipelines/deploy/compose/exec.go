package compose

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy/compose/container"
)

// Exec is the command line that runs words in a running container of a
// service, the number-th of them, on the stack's host; number counts from 1.
func (t *Target) Exec(ctx context.Context, service string, number int, words []string, interactive, tty bool) (command.Command, error) {
	project, err := deployedProject(ctx, t.stack)
	if err != nil {
		return command.Command{}, err
	}
	all, err := container.List(ctx, t.stack, project, "")
	if err != nil {
		return command.Command{}, err
	}
	var running, services []string
	for _, c := range all {
		if !c.Running() {
			continue
		}
		if c.Service() == service {
			running = append(running, c.ID)
		}
		if !slices.Contains(services, c.Service()) {
			services = append(services, c.Service())
		}
	}
	switch {
	case len(services) == 0:
		return command.Command{}, fmt.Errorf("service %q does not run, and nothing else of the stack does; see slipway verify", service)
	case len(running) == 0:
		slices.Sort(services)
		return command.Command{}, fmt.Errorf("service %q does not run; there are %s", service, strings.Join(services, ", "))
	case number > len(running):
		return command.Command{}, fmt.Errorf("service %q has %d containers, and this asks for number %d", service, len(running), number)
	}
	args := []string{"docker", "exec"}
	if interactive {
		args = append(args, "--interactive")
	}
	if tty {
		args = append(args, "--tty")
	}
	return command.Command{Args: append(append(args, running[max(number, 1)-1]), words...)}, nil
}
