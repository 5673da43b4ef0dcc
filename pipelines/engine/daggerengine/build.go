package daggerengine

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"dagger.io/dagger"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/engine"
)

// Build builds an image. Dagger can push under a tag only, so Push.Tag is
// written. Media types are OCI's, and there are no attestations.
func (e *Engine) Build(ctx context.Context, b engine.Build, push *engine.Push, log io.Writer) (engine.Built, error) {
	ctx, end := e.spans.start(ctx, "image "+b.Name)
	built, err := e.buildImage(ctx, b, push, log)
	end(0, err)
	return built, err
}

func (e *Engine) buildImage(ctx context.Context, b engine.Build, push *engine.Push, log io.Writer) (engine.Built, error) {
	followed, f := e.logs.follow(ctx, log)
	defer f.done(ctx, 0)
	images, release, err := e.build(followed, b)
	if err != nil {
		return engine.Built{}, explain(fmt.Sprintf("building image %q", b.Name), err)
	}
	defer release()
	if push != nil {
		return e.push(followed, images, *push)
	}
	image, err := e.withoutSecrets(followed, b, images[0])
	if err != nil {
		return engine.Built{}, err
	}
	reference := Name + ":" + e.next()
	e.mu.Lock()
	e.built[reference] = image
	e.mu.Unlock()
	return engine.Built{Reference: reference}, nil
}

// build builds b for each of its platforms. The names of its secrets are held
// until release.
func (e *Engine) build(ctx context.Context, b engine.Build) (built []*dagger.Container, release func(), err error) {
	if err := e.Supports(ctx, b); err != nil {
		return nil, nil, err
	}
	dir, err := e.buildContext(b)
	if err != nil {
		return nil, nil, err
	}
	options, release, err := e.buildOptions(ctx, b)
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
			if image, err = e.onPlatform(ctx, image, platform); err != nil {
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

// buildOptions are all but the platform.
func (e *Engine) buildOptions(ctx context.Context, b engine.Build) (options dagger.DirectoryDockerBuildOpts, release func(), err error) {
	options = dagger.DirectoryDockerBuildOpts{Dockerfile: dockerfile, Target: b.Target}
	for _, name := range sortedKeys(b.Args) {
		options.BuildArgs = append(options.BuildArgs, dagger.BuildArg{Name: name, Value: b.Args[name]})
	}
	if sockets := agentSockets(b.SSH, e.lookup); len(sockets) > 0 {
		options.SSH = e.client.Host().UnixSocket(sockets[0])
	}
	held := map[string]string{}
	for id, value := range b.Secrets {
		held["secret "+id] = value.Reveal()
	}
	release, err = e.names.enter(ctx, held)
	if err != nil {
		return options, nil, err
	}
	for _, id := range sortedKeys(b.Secrets) {
		options.Secrets = append(options.Secrets, e.client.SetSecret(id, b.Secrets[id].Reveal()))
	}
	return options, release, nil
}

// agentSockets are the distinct sockets of SSH agents.
func agentSockets(ssh []string, lookup func(string) (string, bool)) []string {
	var sockets []string
	for _, agent := range ssh {
		_, socket, ok := strings.Cut(agent, "=")
		if !ok {
			socket, _ = lookup("SSH_AUTH_SOCK")
		}
		if socket != "" && !slices.Contains(sockets, socket) {
			sockets = append(sockets, socket)
		}
	}
	return sockets
}
