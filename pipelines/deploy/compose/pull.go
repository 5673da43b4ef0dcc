package compose

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// pullsAtOnce bounds the images that one host pulls at a time: what it serves
// meanwhile needs its line and its disk too.
const pullsAtOnce = 4

// Pull pulls what the stack needs and the host does not have: the release's
// images by digest, with the release's login; others as the host itself may.
func (t *Target) Pull(ctx context.Context, d deploy.Desired, log io.Writer) error {
	images, err := t.needed(ctx, d)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(pullsAtOnce)
	for image, login := range images {
		group.Go(func() error { return pullImage(ctx, t.stack, image, login, log) })
	}
	return group.Wait()
}

// needed are the images that the stack needs, with their logins; nil where the
// host's own counts.
func (t *Target) needed(ctx context.Context, d deploy.Desired) (map[string]*deploy.Login, error) {
	env, err := envfile.Read(ctx, t.stack)
	if err != nil {
		return nil, err
	}
	m, err := model.Load(ctx, t.stack, d, env)
	if err != nil {
		return nil, err
	}
	return neededImages(t.stack.Config, d, m), nil
}

// neededImages are the images of enabled services and of steps, with their logins.
func neededImages(c config.ComposeTarget, d deploy.Desired, m model.Model) map[string]*deploy.Login {
	steps := append(slices.Clone(c.Before), c.After...)
	images := map[string]*deploy.Login{}
	for name, service := range m.All.Services {
		isStep := false
		for _, s := range steps {
			isStep = isStep || s.Service == name
		}
		if !m.Activates(service) && !isStep {
			continue // compose pulls it if somebody enables it
		}
		if reference, pinned := m.Pins[name]; pinned && m.RunsOurs(name) {
			images[reference] = d.Login
		} else if service.Image != "" {
			images[service.Image] = nil
		}
	}
	return images
}

// pullImage pulls one image; again when the connection was lost.
func pullImage(ctx context.Context, s stack.Stack, image string, login *deploy.Login, log io.Writer) error {
	script := &stack.Script{}
	script.Raw(shell.Words("docker", "image", "inspect", image) + " >/dev/null 2>&1 && exit")
	if login != nil {
		if err := logIn(&script.Script, *login); err != nil {
			return err
		}
	}
	script.Line("echo", "pulling "+image)
	script.Line("docker", "pull", "--quiet", image)
	if err := deploy.Again(ctx, func() error { return s.Run(ctx, script, log, nil) }); err != nil {
		return fmt.Errorf("pulling image %q: %w", image, stack.Failure(err))
	}
	return nil
}

// logIn has a script's docker pull with a login. That is in a Docker configuration of
// its own, so that no login stays behind. The engine's address is in the user's
// configuration, so it is taken along.
func logIn(script *shell.Script, login deploy.Login) error {
	config, err := dockerConfig(login)
	if err != nil {
		return err
	}
	script.Raw("host=$(docker context inspect --format '{{.Endpoints.docker.Host}}') || exit")
	dir := script.Temporary()
	script.File(dir+"/config.json", config)
	script.Raw("export DOCKER_CONFIG=" + dir + ` DOCKER_HOST="$host"`)
	return nil
}

// dockerConfig is a Docker configuration with one login.
func dockerConfig(l deploy.Login) (string, error) {
	registry := l.Registry
	if registry == "docker.io" || registry == "index.docker.io" {
		registry = "https://index.docker.io/v1/"
	}
	auth := base64.StdEncoding.EncodeToString([]byte(l.Username + ":" + l.Password.Reveal()))
	config, err := json.Marshal(map[string]any{"auths": map[string]any{registry: map[string]string{"auth": auth}}})
	return string(config), err
}
