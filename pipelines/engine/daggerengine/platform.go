package daggerengine

import (
	"context"
	"strings"

	"dagger.io/dagger"
)

// platforms tells the engine's own platform from others.
type platforms struct {
	client *dagger.Client
	engine string
}

// foreign says that platform is not the engine's own.
func (p platforms) foreign(platform string) bool {
	return platform != "" && machine(platform) != machine(p.engine)
}

// machine is a platform's system and architecture.
func machine(platform string) string {
	parts := strings.SplitN(platform, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// marked is a built image under the platform it was built for. Dagger takes
// every image from scratch for one of the engine's own platform, so that is put
// together anew.
func (p platforms) marked(ctx context.Context, built *dagger.Container, platform string) (*dagger.Container, error) {
	if !p.foreign(platform) {
		return built, nil
	}
	got, err := built.Platform(ctx)
	if err != nil || machine(string(got)) == machine(platform) {
		return built, err
	}
	fresh := p.client.Container(dagger.ContainerOpts{Platform: dagger.Platform(platform)}).WithRootfs(built.Rootfs())
	for _, copied := range []func(context.Context, *dagger.Container, *dagger.Container) (*dagger.Container, error){
		copyVariables, copyLabels, copyPorts, copyCommand, copyHealth,
	} {
		if fresh, err = copied(ctx, built, fresh); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

func copyVariables(ctx context.Context, from, to *dagger.Container) (*dagger.Container, error) {
	variables, err := from.EnvVariables(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range variables {
		name, err := v.Name(ctx)
		if err != nil {
			return nil, err
		}
		value, err := v.Value(ctx)
		if err != nil {
			return nil, err
		}
		to = to.WithEnvVariable(name, value)
	}
	return to, nil
}

func copyLabels(ctx context.Context, from, to *dagger.Container) (*dagger.Container, error) {
	labels, err := from.Labels(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range labels {
		name, err := l.Name(ctx)
		if err != nil {
			return nil, err
		}
		value, err := l.Value(ctx)
		if err != nil {
			return nil, err
		}
		to = to.WithLabel(name, value)
	}
	return to, nil
}

func copyPorts(ctx context.Context, from, to *dagger.Container) (*dagger.Container, error) {
	ports, err := from.ExposedPorts(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range ports {
		number, err := p.Port(ctx)
		if err != nil {
			return nil, err
		}
		protocol, err := p.Protocol(ctx)
		if err != nil {
			return nil, err
		}
		to = to.WithExposedPort(number, dagger.ContainerWithExposedPortOpts{Protocol: protocol})
	}
	return to, nil
}

func copyCommand(ctx context.Context, from, to *dagger.Container) (*dagger.Container, error) {
	user, err := from.User(ctx)
	if err != nil {
		return nil, err
	}
	workdir, err := from.Workdir(ctx)
	if err != nil {
		return nil, err
	}
	entrypoint, err := from.Entrypoint(ctx)
	if err != nil {
		return nil, err
	}
	args, err := from.DefaultArgs(ctx)
	if err != nil {
		return nil, err
	}
	if user != "" {
		to = to.WithUser(user)
	}
	if workdir != "" {
		to = to.WithWorkdir(workdir)
	}
	if len(entrypoint) > 0 {
		to = to.WithEntrypoint(entrypoint)
	}
	if len(args) > 0 {
		to = to.WithDefaultArgs(args)
	}
	return to, nil
}

func copyHealth(ctx context.Context, from, to *dagger.Container) (*dagger.Container, error) {
	h := health{}
	switch err := h.fromImage(ctx, from); {
	case err == errNoHealth:
		return to, nil
	case err != nil:
		return nil, err
	}
	return to.WithDockerHealthcheck(h.args, dagger.ContainerWithDockerHealthcheckOpts{
		Shell: h.shell, Interval: duration(h.interval), Timeout: duration(h.timeout),
		StartPeriod: duration(h.startPeriod), StartInterval: duration(h.startInterval), Retries: h.retries,
	}), nil
}
