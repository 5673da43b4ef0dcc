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

// inspect looks ref up in the daemon's store.
func (e *Engine) inspect(ctx context.Context, ref string) (image inspected, ok bool, err error) {
	out, err := e.docker("image", "inspect", "--format", "{{json .}}", ref).Output(ctx)
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

// LocalDigest is the digest of an image in Docker's own store, for a base image
// that no registry answers for: the digest that it has in ref's repository, else
// the image's id, both "sha256:…". ok is false when the store does not have it.
func (e *Engine) LocalDigest(ctx context.Context, ref string) (digest string, ok bool, err error) {
	if _, err := e.probe(ctx); err != nil {
		return "", false, err
	}
	image, ok, err := e.inspect(ctx, ref)
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

// TagLocal gives an image in Docker's own store a name that stays when the
// engine is closed.
func (e *Engine) TagLocal(ctx context.Context, ref, name string) error {
	if err := e.docker("tag", ref, name).Run(ctx, nil, nil); err != nil {
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
func (e *Engine) ensure(ctx context.Context, image engine.Image, log io.Writer) error {
	turn := e.turn(image.Reference)
	turn.Lock()
	defer turn.Unlock()
	if _, ok, err := e.inspect(ctx, image.Reference); err != nil || ok {
		return err
	}
	return e.pull(ctx, image, log)
}

// turn is held by whoever brings the image called reference into the store.
func (e *Engine) turn(reference string) *sync.Mutex {
	e.mu.Lock()
	defer e.mu.Unlock()
	turn, ok := e.turns[reference]
	if !ok {
		turn = &sync.Mutex{}
		e.turns[reference] = turn
	}
	return turn
}

func (e *Engine) pull(ctx context.Context, image engine.Image, log io.Writer) error {
	env, logout, err := e.login(ctx, image.Reference, image.Auth)
	if err != nil {
		return err
	}
	defer logout()
	pull := e.docker("pull", "--quiet", image.Reference)
	pull.Env = env
	if err := pull.Run(ctx, log, nil); err != nil {
		return fmt.Errorf("pulling image %q: %w", image.Reference, insecureHint(err, image.Insecure))
	}
	return nil
}
