package dockerengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/engine"
)

// builder builds images with buildx.
type builder struct {
	cli        cli
	probe      *prober
	traces     *traces
	workspaces *workspaces
	logins     logins
	store      *store
	reach      *reach
}

// image builds an image as Engine.Build says.
func (r *builder) image(ctx context.Context, b engine.Build, push *engine.Push, log io.Writer) (engine.Built, error) {
	from, err := sources(b)
	if err != nil {
		return engine.Built{}, fmt.Errorf("building image %q: %w", b.Name, err)
	}
	found, err := r.probe.backend(ctx)
	if err != nil {
		return engine.Built{}, err
	}
	if err := unsupported(b, found); err != nil {
		return engine.Built{}, err
	}
	if push != nil {
		if err := r.reach.check(ctx, *push, found); err != nil {
			return engine.Built{}, fmt.Errorf("building image %q: %w", b.Name, err)
		}
	}
	work, err := r.workspaces.path(ctx, "build")
	if err != nil {
		return engine.Built{}, err
	}
	defer os.RemoveAll(work)
	if err := os.Mkdir(work, 0o700); err != nil {
		return engine.Built{}, err
	}
	switch {
	case len(b.Overlay) > 0:
		from, err = withOverlay(b, from, work)
	case len(b.Without) > 0:
		from, err = ignoring(b, from, work)
	}
	if err != nil {
		return engine.Built{}, fmt.Errorf("building image %q: %w", b.Name, err)
	}
	to := output{metadata: filepath.Join(work, "metadata.json")}
	if push == nil {
		if len(b.Platforms) < 2 || found.containerd {
			to.image, to.load = r.traces.image(), !found.local()
			r.traces.images.Store(true)
		}
		return engine.Built{Reference: to.image}, r.build(ctx, b, from, to, nil, log)
	}
	if found.local() {
		to.tag = push.Repository + ":" + push.Tag
		if err := r.workspaces.note(to.tag); err != nil {
			return engine.Built{}, err
		}
	} else {
		to.digestOf, to.insecure = push.Repository, push.Insecure
	}
	env, logout, err := r.logins.login(ctx, push.Repository, push.Auth)
	if err != nil {
		return engine.Built{}, err
	}
	digest, err := r.pushed(ctx, b, from, to, env, log)
	if err != nil {
		logout()
		r.traces.images.Store(true) // it may have been built and not pushed
		return engine.Built{}, hint(err, *push, found)
	}
	built := engine.Built{Digest: digest, Reference: push.Repository + "@" + digest, PushedTag: to.tag != ""}
	if !built.PushedTag {
		logout()
		return built, nil
	}
	if push.Passing {
		logout()
		r.traces.images.Store(true) // with the tag, which is noted, goes the image
		return built, nil
	}
	r.store.keep(ctx, to.tag, built.Reference, env, logout)
	return built, nil
}

// supports refuses what the current builder can't do. Docker is asked only when
// b has something that not every builder can.
func (r *builder) supports(ctx context.Context, b engine.Build) error {
	if len(b.Platforms) < 2 && len(exportedCaches(b)) == 0 && len(b.Contexts) == 0 {
		return nil
	}
	found, err := r.probe.backend(ctx)
	if err != nil {
		return err
	}
	return unsupported(b, found)
}

// pushed builds, pushes and returns the digest.
func (r *builder) pushed(ctx context.Context, b engine.Build, from source, to output, env []string, log io.Writer) (string, error) {
	if err := r.build(ctx, b, from, to, env, log); err != nil {
		return "", err
	}
	digest, err := pushedDigest(to.metadata)
	if err != nil {
		return "", fmt.Errorf("building image %q: %w", b.Name, err)
	}
	return digest, nil
}

func (r *builder) build(ctx context.Context, b engine.Build, from source, to output, env []string, log io.Writer) error {
	args, secrets := buildCommand(b, from, to)
	build := r.cli.docker(args...)
	build.Env = append(env, secrets...)
	log = engine.Synced(log)
	if err := build.Run(ctx, log, log); err != nil {
		return explain(fmt.Sprintf("building image %q", b.Name), err)
	}
	return nil
}

func pushedDigest(metadata string) (string, error) {
	content, err := os.ReadFile(metadata)
	if err != nil {
		return "", fmt.Errorf("reading buildx's metadata: %w", err)
	}
	return parseMetadata(content)
}

// parseMetadata is the digest in buildx's metadata file.
func parseMetadata(content []byte) (string, error) {
	var fields struct {
		Digest string `json:"containerimage.digest"`
	}
	if err := json.Unmarshal(content, &fields); err != nil {
		return "", fmt.Errorf("reading buildx's metadata: %w", err)
	}
	if fields.Digest == "" {
		return "", errors.New("buildx does not say which digest it pushed: update it")
	}
	return fields.Digest, nil
}
