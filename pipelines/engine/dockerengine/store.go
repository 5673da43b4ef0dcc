package dockerengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/distribution/reference"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/engine"
)

// inspected is what we read of an image in the daemon's store.
type inspected struct {
	ID          string `json:"Id"`
	RepoDigests []string
}

// store is the daemon's image store.
type store struct {
	cli    cli
	probe  *prober
	traces *traces
	logins logins

	mu    sync.Mutex
	turns map[string]*sync.Mutex
	// keeping are the pushed images that are being kept.
	keeping sync.WaitGroup
}

// inspect looks ref up in the daemon's store.
func (s *store) inspect(ctx context.Context, ref string) (image inspected, ok bool, err error) {
	out, err := s.cli.docker("image", "inspect", "--format", "{{json .}}", ref).Output(ctx)
	var failed *command.Error
	if errors.As(err, &failed) && strings.Contains(failed.Stderr, "No such image") {
		return inspected{}, false, nil
	}
	if err != nil {
		return inspected{}, false, fmt.Errorf("looking up image %q: %w", ref, err)
	}
	if err := json.Unmarshal(out, &image); err != nil {
		return inspected{}, false, fmt.Errorf("reading what Docker says of image %q: %w", ref, err)
	}
	return image, true, nil
}

// digest is the digest of an image as Engine.LocalDigest says.
func (s *store) digest(ctx context.Context, ref string) (digest string, ok bool, err error) {
	if _, err := s.probe.backend(ctx); err != nil {
		return "", false, err
	}
	asking, cancel := s.probe.limited(ctx)
	defer cancel()
	image, ok, err := s.inspect(asking, ref)
	if err != nil || !ok {
		return "", false, err
	}
	if named, err := reference.ParseNormalizedNamed(ref); err == nil {
		if found := digestIn(image.RepoDigests, named.Name()); found != "" {
			return found, true, nil
		}
	}
	return image.ID, true, nil
}

// tag gives an image another name, which is not this run's.
func (s *store) tag(ctx context.Context, ref, name string) error {
	if err := s.cli.docker("tag", ref, name).Run(ctx, nil, nil); err != nil {
		return fmt.Errorf("naming image %q: %w", name, err)
	}
	return nil
}

// digestIn is the digest among repoDigests that is of repository.
func digestIn(repoDigests []string, repository string) string {
	for _, text := range repoDigests {
		named, err := reference.ParseNormalizedNamed(text)
		if err != nil || named.Name() != repository {
			continue
		}
		if canonical, ok := named.(reference.Canonical); ok {
			return canonical.Digest().String()
		}
	}
	return ""
}

// ensure pulls an image that Docker does not have. Calls for one image wait for
// each other.
func (s *store) ensure(ctx context.Context, image engine.Image, log io.Writer) error {
	turn := s.turn(image.Reference)
	turn.Lock()
	defer turn.Unlock()
	if _, ok, err := s.inspect(ctx, image.Reference); err != nil || ok {
		return err
	}
	return s.pull(ctx, image, log)
}

// turn is held by whoever brings the image called reference into the store.
func (s *store) turn(reference string) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	turn, ok := s.turns[reference]
	if !ok {
		turn = &sync.Mutex{}
		s.turns[reference] = turn
	}
	return turn
}

func (s *store) pull(ctx context.Context, image engine.Image, log io.Writer) error {
	env, logout, err := s.logins.login(ctx, image.Reference, image.Auth)
	if err != nil {
		return err
	}
	defer logout()
	pull := s.cli.docker("pull", "--quiet", image.Reference)
	pull.Env = env
	if err := pull.Run(ctx, log, nil); err != nil {
		return fmt.Errorf("pulling image %q: %w", image.Reference, certificateHint(insecureHint(err, image.Insecure), image.Reference, localBackend))
	}
	return nil
}
