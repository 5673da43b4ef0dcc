package apply

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"git.example/slipway/pipelines/deploy/compose/job"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// stop ends old containers: their pre_stop hooks, the drain, then the signal and
// the time that they ask for by stop_signal and stop_grace_period. They are
// removed, and so are their anonymous volumes, of which every new container has
// its own; those of a stack that was found running stay. All that is one job: a
// run that is killed meanwhile leaves nothing half done.
func (w *worker) stop(ctx context.Context, s plan.Stop) error {
	drain := time.Duration(0)
	if s.Drain {
		drain = time.Duration(w.stack.Config.Drain)
	}
	script := &stack.Script{}
	var all, released, services []string
	for _, r := range s.Services {
		line := fmt.Sprintf("%s: stopping %d old", r.Service, len(r.Containers))
		if drain > 0 {
			line += fmt.Sprintf(" in %s", drain)
		}
		fmt.Fprintln(w.session.Log, line)
		runHooks(script, r)
		all, released = append(all, r.Containers...), append(released, r.Released...)
		services = append(services, strconv.Quote(r.Service))
	}
	script.Raw("wait")
	script.Sleep(drain)
	script.StopContainers(all, released)
	if err := w.change(ctx, script, job.DefaultTimeout+drain); err != nil {
		return fmt.Errorf("stopping the old containers of service %s: %w", strings.Join(services, ", "), err)
	}
	return nil
}

// runHooks runs the hooks of each container, one after the other, all
// containers at once. One that fails does not keep a container.
func runHooks(s *stack.Script, r plan.Retired) {
	if len(r.Hooks) == 0 {
		return
	}
	for _, id := range r.Containers {
		s.Raw("(")
		for _, h := range r.Hooks {
			words := []string{"docker", "exec"}
			for _, name := range slices.Sorted(maps.Keys(h.Env)) {
				words = append(words, "--env", name) // its value stays out of the process list
			}
			if h.User != "" {
				words = append(words, "--user", h.User)
			}
			if h.Privileged {
				words = append(words, "--privileged")
			}
			if h.WorkingDir != "" {
				words = append(words, "--workdir", h.WorkingDir)
			}
			s.Raw("(")
			s.Export(h.Env)
			s.Raw(shell.Words(append(append(words, id), h.Command...)...))
			s.Raw(") || echo " + shell.Quote(fmt.Sprintf("%s: pre_stop %s: it did not succeed", r.Service, strings.Join(h.Command, " "))))
		}
		s.Raw(") &")
	}
}
