package compose

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// mostRestarts is how often a new container may be restarted before it is
// taken for a crash loop: once or twice is normal while a database comes up.
const mostRestarts = 3

// waitHealthy waits until the service has u.Want containers, apart from the
// old ones, that are healthy; without a health check, that ran for the settle
// time with no restart. It gives up early on what can't become healthy.
func (t *Target) waitHealthy(ctx context.Context, project string, u up, log io.Writer) error {
	deadline := time.Now().Add(t.healthTimeout())
	w := settling{period: t.settle(), seen: map[string]sighting{}}
	for {
		all, err := t.containers(ctx, project, u.Service)
		if err != nil {
			return err
		}
		good := 0
		var last *container
		for _, c := range all {
			if slices.Contains(u.Old, c.ID) {
				continue
			}
			ready, reason := w.judge(c, u.Ends)
			if reason != "" {
				return t.stopped(ctx, c, reason)
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
			return t.stopped(ctx, *last, fmt.Sprintf("it is not healthy after %s", t.healthTimeout()))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(t.poll()):
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
func (w settling) judge(c container, e ending) (ready bool, reason string) {
	switch {
	case c.State.Status == stateExited && c.State.ExitCode == 0 && e != runsOn:
		return true, ""
	case c.State.Status == stateExited && c.State.ExitCode == 0:
		return false, "it ended, with exit code 0; a service that is to end says so with restart: \"no\""
	case c.State.Status == stateExited || c.State.Status == "dead":
		return false, fmt.Sprintf("it ended with exit code %d", c.State.ExitCode)
	case c.State.Status == stateRestarting && (c.RestartCount >= mostRestarts || c.health() == unhealthy):
		return false, fmt.Sprintf("it keeps crashing: %d restarts, last exit code %d", c.RestartCount, c.State.ExitCode)
	case c.running() && c.health() == unhealthy:
		return false, "it is unhealthy"
	case !c.running() || e == mustEnd:
		return false, ""
	case c.health() != "":
		return c.health() == healthy, ""
	}
	s, known := w.seen[c.ID]
	if !known || !s.started.Equal(c.State.StartedAt) {
		s = sighting{started: c.State.StartedAt, since: time.Now()}
		w.seen[c.ID] = s
	}
	return time.Since(s.since) >= w.period, ""
}

// factLines is how many of a container's last log lines are facts.
const factLines = "50"

// stopped collects what there is to know about a container that failed.
func (t *Target) stopped(ctx context.Context, c container, reason string) error {
	e := &deploy.Stopped{Subject: c.service(), Container: c.name(), Reason: reason}
	e.Facts = append(e.Facts, "image "+c.Config.Image, "state "+c.status())
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
			e.Facts = append(e.Facts, fmt.Sprintf("health check, exit code %d: %s", probe.ExitCode, oneLine(probe.Output)))
		}
	}
	s := &script{}
	s.Raw(shell.Words("docker", "logs", "--tail", factLines, c.ID) + " 2>&1")
	out, err := t.output(ctx, s)
	if err != nil {
		e.Facts = append(e.Facts, "its log can't be read: "+err.Error())
	}
	for _, line := range splitLines(string(out)) {
		e.Facts = append(e.Facts, "log: "+line)
	}
	return e
}
