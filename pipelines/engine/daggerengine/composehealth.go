package daggerengine

import (
	"context"
	"time"

	"dagger.io/dagger"
	"github.com/compose-spec/compose-go/v2/types"
)

// withHealth makes starting the container wait for its health, if that is needed,
// and returns how long that may take. Else it waits for nothing: neither for a
// health check nor for the ports that the image exposes.
func withHealth(ctx context.Context, container *dagger.Container, service types.ServiceConfig, needed bool) (*dagger.Container, time.Duration, error) {
	ports, err := container.ExposedPorts(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, port := range ports {
		number, err := port.Port(ctx)
		if err != nil {
			return nil, 0, err
		}
		protocol, err := port.Protocol(ctx)
		if err != nil {
			return nil, 0, err
		}
		container = container.WithoutExposedPort(number, dagger.ContainerWithoutExposedPortOpts{Protocol: protocol})
	}
	if !needed {
		return container.WithoutDockerHealthcheck(), 0, nil
	}
	check, err := healthOf(ctx, container, service.HealthCheck)
	if err != nil {
		return nil, 0, err
	}
	container = container.WithDockerHealthcheck(check.args, dagger.ContainerWithDockerHealthcheckOpts{
		Shell: check.shell, Interval: duration(check.poll()), StartPeriod: duration(check.startPeriod), Retries: check.attempts(),
	})
	return container, check.limit(), nil
}

// healthOf is the compose file's check over the image's, as compose merges them.
func healthOf(ctx context.Context, container *dagger.Container, declared *types.HealthCheckConfig) (health, error) {
	h := health{interval: healthInterval, timeout: healthTimeout, retries: healthRetries}
	if declared != nil && declared.Disable {
		return h, errNoHealth
	}
	if declared == nil || len(declared.Test) == 0 {
		if err := h.fromImage(ctx, container); err != nil {
			return h, err
		}
	} else {
		switch declared.Test[0] {
		case "CMD":
			h.args = declared.Test[1:]
		case "CMD-SHELL":
			h.args, h.shell = declared.Test[1:], true
		default:
			return h, errNoHealth
		}
	}
	if declared != nil {
		set := func(to *time.Duration, value *types.Duration) {
			if value != nil && *value > 0 {
				*to = time.Duration(*value)
			}
		}
		set(&h.interval, declared.Interval)
		set(&h.timeout, declared.Timeout)
		set(&h.startPeriod, declared.StartPeriod)
		set(&h.startInterval, declared.StartInterval)
		if declared.Retries != nil && *declared.Retries > 0 {
			h.retries = int(*declared.Retries)
		}
	}
	if len(h.args) == 0 {
		return h, errNoHealth
	}
	return h, nil
}
