package apply

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy/compose/job"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// up starts the new containers of services at once, and waits until they are
// all healthy. When it fails they are still there: going back to the release
// before removes them.
func (w *worker) up(ctx context.Context, services []plan.Up) error {
	script := &stack.Script{}
	var quoted []string
	for _, u := range services {
		fmt.Fprintf(w.session.Log, "%s: starting\n", u.Service)
		quoted = append(quoted, strconv.Quote(u.Service))
		script.RemoveContainers(u.Clear, u.ClearVolumes)
	}
	if words := w.upWords(services); words != nil {
		script.Line(words...)
	}
	if err := w.change(ctx, script, job.DefaultTimeout); err != nil {
		return fmt.Errorf("starting service %s: %w", strings.Join(quoted, ", "), err)
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, u := range services {
		group.Go(func() error { return waitHealthy(ctx, w.stack, w.actions.Project, u, w.session.Log) })
	}
	return group.Wait()
}

// upWords is the compose command that starts services; nil when they are all
// there. Several at once are all to start beside their old containers.
func (w *worker) upWords(services []plan.Up) []string {
	words := append(w.stack.ComposeRelease(w.desired, w.actions.Project), "up", "--detach", "--no-deps", "--no-build", "--quiet-pull")
	var starting []string
	for _, u := range services {
		if u.Skip {
			continue
		}
		words = append(words, "--scale", fmt.Sprintf("%s=%d", u.Service, u.Scale))
		starting = append(starting, u.Service)
	}
	if len(starting) == 0 {
		return nil
	}
	if services[0].Beside {
		words = append(words, "--no-recreate")
	}
	if services[0].Force {
		words = append(words, "--force-recreate")
	}
	return append(words, starting...)
}
