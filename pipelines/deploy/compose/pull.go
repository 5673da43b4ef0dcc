package compose

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// pullsAtOnce bounds the images that one host pulls at a time.
const pullsAtOnce = 4

// Pull pulls what the stack needs and the host does not have: the release's
// images by digest, with the release's login; others as the host itself may.
func (t *Target) Pull(ctx context.Context, d deploy.Desired, log io.Writer) error {
	file, err := t.readEnvFile(ctx, t.envName())
	if err != nil {
		return err
	}
	env, err := t.interpolation(ctx, d, file)
	if err != nil {
		return err
	}
	m, err := t.loadPins(ctx, d, env)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(pullsAtOnce)
	for image, login := range t.wanted(d, m) {
		group.Go(func() error { return t.pull(ctx, image, login, log) })
	}
	return group.Wait()
}

// wanted are the images of enabled services and of steps, with their logins.
func (t *Target) wanted(d deploy.Desired, m model) map[string]*deploy.Login {
	steps := append(slices.Clone(t.Config.Before), t.Config.After...)
	images := map[string]*deploy.Login{}
	for name, service := range m.all.Services {
		isStep := false
		for _, s := range steps {
			isStep = isStep || s.Service == name
		}
		if len(service.Profiles) > 0 && !isStep {
			continue // compose pulls it if somebody enables it
		}
		if reference, ours := m.pins[name]; ours && len(m.accepted[name]) > 0 {
			images[reference] = d.Login
		} else if service.Image != "" {
			images[service.Image] = nil
		}
	}
	return images
}

// pull pulls one image; again when the connection was lost.
func (t *Target) pull(ctx context.Context, image string, login *deploy.Login, log io.Writer) error {
	s := &script{}
	s.Raw(shell.Words("docker", "image", "inspect", image) + " >/dev/null 2>&1 && exit")
	if login != nil {
		// A Docker configuration of its own, so that no login stays behind. The
		// engine's address is in the user's configuration, so it is taken along.
		s.Raw("host=$(docker context inspect --format '{{.Endpoints.docker.Host}}') || exit")
		dir := s.Temporary()
		config, err := dockerConfig(*login)
		if err != nil {
			return err
		}
		s.File(dir+"/config.json", config)
		s.Raw("export DOCKER_CONFIG=" + dir + ` DOCKER_HOST="$host"`)
	}
	s.Line("echo", "pulling "+image)
	s.Line("docker", "pull", "--quiet", image)
	if err := deploy.Again(ctx, func() error { return t.run(ctx, s, log, nil) }); err != nil {
		return fmt.Errorf("pulling image %q: %w", image, scriptError(err))
	}
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

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func splitLines(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
