package daggerengine

import (
	"context"
	"errors"
	"time"

	"dagger.io/dagger"
)

// Docker's defaults.
const (
	healthInterval = 30 * time.Second
	healthTimeout  = 30 * time.Second
	healthRetries  = 3
)

// healthPoll is how often health is looked at, at least. A service counts as
// unhealthy after the same time as with Docker, but as healthy sooner.
const healthPoll = 2 * time.Second

// duration is d as Dagger reads it, nothing for none.
func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// health is a health check.
type health struct {
	args                           []string
	shell                          bool
	interval, timeout, startPeriod time.Duration
	startInterval                  time.Duration
	retries                        int
}

func (h health) poll() time.Duration {
	if h.startInterval > 0 {
		return min(h.startInterval, h.interval)
	}
	return min(h.interval, healthPoll)
}

// attempts is how many looks take as long as the check's retries.
func (h health) attempts() int {
	return int((h.interval*time.Duration(h.retries) + h.poll() - 1) / h.poll())
}

// limit is when a check has failed that hangs; the engine knows no timeout.
func (h health) limit() time.Duration {
	return h.startPeriod + time.Duration(h.retries)*(h.interval+h.timeout) + time.Minute
}

var errNoHealth = errors.New("another service waits for its health, and it has no healthcheck: add one, or wait for service_started")

// fromImage reads the image's health check.
func (h *health) fromImage(ctx context.Context, container *dagger.Container) error {
	check := container.DockerHealthcheck()
	var err error
	if h.args, err = check.Args(ctx); ctx.Err() != nil {
		return context.Cause(ctx)
	} else if err != nil || len(h.args) == 0 {
		return errNoHealth
	}
	if h.shell, err = check.Shell(ctx); err != nil {
		return err
	}
	for _, d := range []struct {
		to  *time.Duration
		get func(context.Context) (string, error)
	}{{&h.interval, check.Interval}, {&h.timeout, check.Timeout}, {&h.startPeriod, check.StartPeriod}, {&h.startInterval, check.StartInterval}} {
		text, err := d.get(ctx)
		if err != nil {
			return err
		}
		if value, err := time.ParseDuration(text); err == nil && value > 0 {
			*d.to = value
		}
	}
	retries, err := check.Retries(ctx)
	if retries > 0 {
		h.retries = retries
	}
	return err
}
