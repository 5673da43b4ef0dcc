package apply

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// mostRestarts is how often a new container may be restarted before it is
// taken for a crash loop: once or twice is normal while a database comes up.
const mostRestarts = 3

// waitHealthy waits until the service has u.Want containers, apart from the
// old ones, that are healthy; without a health check, that ran for the settle
// time with no restart. It gives up early on what can't become healthy.
func waitHealthy(ctx context.Context, s stack.Stack, project string, u plan.Up, log io.Writer) error {
	deadline := time.Now().Add(s.HealthTimeout())
	w := settling{period: s.SettleTime(), seen: map[string]sighting{}}
	for {
		all, err := container.List(ctx, s, project, u.Service)
		if err != nil {
			return err
		}
		good := 0
		var last *container.Container
		for _, c := range all {
			if slices.Contains(u.Old, c.ID) {
				continue
			}
			ready, reason := w.judge(c, u.Ends)
			if reason != "" {
				return stopped(ctx, s, c, reason)
			}
			if ready {
				good++
			} else {
				last = &c
			}
		}
		if good >= u.Want {
			fmt.Fprintf(log, "%s: healthy\n", u.Service)
			return nil
		}
		if time.Now().After(deadline) {
			if last == nil {
				return fmt.Errorf("service %q: it has %d of %d containers", u.Service, good, u.Want)
			}
			return stopped(ctx, s, *last, fmt.Sprintf("it is not healthy after %s", s.HealthTimeout()))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(s.Poll):
		}
	}
}

// settling watches containers that have no health check.
type settling struct {
	period time.Duration
	seen   map[string]sighting
}

// sighting is since when, on our clock, a container runs without a restart.
type sighting struct {
	started time.Time
	since   time.Time
}

// judge says whether a container is ready, or why it never will be.
func (w settling) judge(c container.Container, e container.Ending) (ready bool, reason string) {
	status := c.State.Status
	switch {
	case status == container.StateExited && c.State.ExitCode == 0 && e != container.RunsOn:
		return true, ""
	case status == container.StateExited && c.State.ExitCode == 0:
		return false, "it ended, with exit code 0; a service that is to end says so with restart: \"no\""
	case status == container.StateExited || status == container.StateDead:
		return false, fmt.Sprintf("it ended with exit code %d", c.State.ExitCode)
	case status == container.StateRestarting && (c.RestartCount >= mostRestarts || c.Health() == container.Unhealthy):
		return false, fmt.Sprintf("it keeps crashing: %d restarts, last exit code %d", c.RestartCount, c.State.ExitCode)
	case c.Running() && c.Health() == container.Unhealthy:
		return false, "it is unhealthy"
	case !c.Running() || e == container.MustEnd:
		return false, ""
	case c.Health() != "":
		return c.Health() == container.Healthy, ""
	}
	s, known := w.seen[c.ID]
	if !known || !s.started.Equal(c.State.StartedAt) {
		s = sighting{started: c.State.StartedAt, since: time.Now()}
		w.seen[c.ID] = s
	}
	return time.Since(s.since) >= w.period, ""
}
