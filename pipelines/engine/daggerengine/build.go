package daggerengine

import (
	"context"
	"fmt"

	"dagger.io/dagger"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/engine"
)

// builder builds images from Dockerfiles.
type builder struct {
	conn      *connection
	abilities abilities
}

// build builds b for each of its platforms. The names of its secrets are held
// until release.
func (r builder) build(ctx context.Context, b engine.Build) (built []*dagger.Container, release func(), err error) {
	if err := r.abilities.check(b); err != nil {
		return nil, nil, err
	}
	dir, err := r.context(b)
	if err != nil {
		return nil, nil, err
	}
	options, release, err := r.options(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	leave := release
	defer func() {
		if err != nil {
			leave()
		}
	}()
	// Sent once, whatever the number of platforms.
	if dir, err = dir.Sync(ctx); err != nil {
		return nil, nil, err
	}
	built = make([]*dagger.Container, len(b.Platforms))
	group, ctx := errgroup.WithContext(ctx)
	for i, platform := range b.Platforms {
		group.Go(func() (err error) {
			options := options
			options.Platform = dagger.Platform(platform)
			image, err := dir.DockerBuild(options).Sync(ctx)
			if err != nil {
				return err
			}
			if image, err = r.abilities.platforms.marked(ctx, image, platform); err != nil {
				return err
			}
			for _, name := range sortedKeys(b.Labels) {
				image = image.WithLabel(name, b.Labels[name])
			}
			built[i], err = image.Sync(ctx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, refused(b.Name, err)
	}
	return built, release, nil
}

// options are all but the platform.
func (r builder) options(ctx context.Context, b engine.Build) (options dagger.DirectoryDockerBuildOpts, release func(), err error) {
	options = dagger.DirectoryDockerBuildOpts{Dockerfile: dockerfile, Target: b.Target}
	for _, name := range sortedKeys(b.Args) {
		options.BuildArgs = append(options.BuildArgs, dagger.BuildArg{Name: name, Value: b.Args[name]})
	}
	if sockets := agentSockets(b.SSH, r.abilities.lookup); len(sockets) > 0 {
		options.SSH = r.conn.client.Host().UnixSocket(sockets[0])
	}
	held := map[string]string{}
	for id, value := range b.Secrets {
		held["secret "+id] = value.Reveal()
	}
	release, err = r.conn.names.enter(ctx, held)
	if err != nil {
		return options, nil, err
	}
	for _, id := range sortedKeys(b.Secrets) {
		options.Secrets = append(options.Secrets, r.conn.client.SetSecret(id, b.Secrets[id].Reveal()))
	}
	return options, release, nil
}

// runnable builds b for running it here, as an image that has no more than any
// other: of the build's secrets, Dagger would mount those into the container.
func (r builder) runnable(ctx context.Context, b engine.Build) (*dagger.Container, error) {
	built, release, err := r.build(ctx, b)
	if err != nil {
		return nil, explain(fmt.Sprintf("building image %q", b.Name), err)
	}
	defer release()
	return r.withoutSecrets(ctx, b, built[0])
}

func (r builder) withoutSecrets(ctx context.Context, b engine.Build, built *dagger.Container) (*dagger.Container, error) {
	if len(b.Secrets) == 0 {
		return built, nil
	}
	plain, err := r.conn.client.Container().Import(built.AsTarball()).Sync(ctx)
	if err != nil {
		return nil, explain(fmt.Sprintf("taking the secrets out of image %q", b.Name), err)
	}
	return plain, nil
}
