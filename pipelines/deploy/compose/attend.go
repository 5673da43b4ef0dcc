package compose

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"git.example/slipway/pipelines/command"
)

// LogOptions say which log lines to show.
type LogOptions struct {
	// Services of the stack; all when empty.
	Services []string
	// Follow goes on until ctx ends.
	Follow bool
	// Tail is how many of the last lines, "all" or empty for all.
	Tail string
	// Since is a time or a duration, as docker logs takes it.
	Since string
}

// Logs copies the log lines of the stack's containers to out.
func (t *Target) Logs(ctx context.Context, o LogOptions, out io.Writer) error {
	project, err := t.deployed(ctx)
	if err != nil {
		return err
	}
	words := []string{"docker", "compose", "--project-directory", t.State, "-p", project, "logs", "--no-color"}
	if o.Follow {
		words = append(words, "--follow")
	}
	if o.Tail != "" {
		words = append(words, "--tail", o.Tail)
	}
	if o.Since != "" {
		words = append(words, "--since", o.Since)
	}
	// In a directory without a compose file, so that it is the project that counts.
	err = t.Host.Run(ctx, command.Command{Args: append(words, o.Services...), Dir: t.State}, out, out)
	if ctx.Err() != nil {
		return nil // who follows ends by an interrupt
	}
	return err
}

// Exec is the command line that runs words in a running container of a
// service, the number-th of them, on the stack's host; number counts from 1.
func (t *Target) Exec(ctx context.Context, service string, number int, words []string, interactive, tty bool) (command.Command, error) {
	project, err := t.deployed(ctx)
	if err != nil {
		return command.Command{}, err
	}
	all, err := t.containers(ctx, project, "")
	if err != nil {
		return command.Command{}, err
	}
	var running, services []string
	for _, c := range all {
		if !c.running() {
			continue
		}
		if c.service() == service {
			running = append(running, c.ID)
		}
		if !slices.Contains(services, c.service()) {
			services = append(services, c.service())
		}
	}
	switch {
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

// deployed is the compose project that was deployed here.
func (t *Target) deployed(ctx context.Context) (string, error) {
	s, err := t.readState(ctx)
	if err == nil && s.Project == "" {
		err = fmt.Errorf("nothing was deployed to %s yet", t.Dir)
	}
	return s.Project, err
}
