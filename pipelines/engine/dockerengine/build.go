package dockerengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/engine"
)

// Build builds an image with buildx. The daemon's own builder can push under a
// tag only; other builders push by digest. Without a push the image gets a name
// of this run in the daemon's store; several platforms that this store can't
// hold stay in the builder's cache, and the reference is empty.
func (e *Engine) Build(ctx context.Context, b engine.Build, push *engine.Push, log io.Writer) (engine.Built, error) {
	from, err := sources(b)
	if err != nil {
		return engine.Built{}, fmt.Errorf("building image %q: %w", b.Name, err)
	}
	found, err := e.probe(ctx)
	if err != nil {
		return engine.Built{}, err
	}
	if err := unsupported(b, found); err != nil {
		return engine.Built{}, err
	}
	work, err := e.workspace(ctx, "build")
	if err != nil {
		return engine.Built{}, err
	}
	defer os.RemoveAll(work)
	if err := os.Mkdir(work, 0o700); err != nil {
		return engine.Built{}, err
	}
	if len(b.Overlay) > 0 {
		if from, err = stage(b, from, work); err != nil {
			return engine.Built{}, fmt.Errorf("building image %q: %w", b.Name, err)
		}
	}
	to := output{metadata: filepath.Join(work, "metadata.json")}
	if push == nil {
		if len(b.Platforms) < 2 || found.containerd {
			to.image, to.load = prefix(e.id)+":"+e.next(), !found.local()
			e.named.Store(true)
		}
		return engine.Built{Reference: to.image}, e.build(ctx, b, from, to, nil, log)
	}
	if found.local() {
		to.tag = push.Repository + ":" + push.Tag
		if err := e.note(to.tag); err != nil {
			return engine.Built{}, err
		}
	} else {
		to.digestOf, to.insecure = push.Repository, push.Insecure
	}
	env, logout, err := e.login(ctx, push.Repository, push.Auth)
	if err != nil {
		return engine.Built{}, err
	}
	digest, err := e.pushed(ctx, b, from, to, env, log)
	if err != nil {
		logout()
		e.named.Store(true) // it may have been built and not pushed
		return engine.Built{}, hint(err, *push, found)
	}
	built := engine.Built{Digest: digest, Reference: push.Repository + "@" + digest, PushedTag: to.tag != ""}
	if !built.PushedTag {
		logout()
		return built, nil
	}
	e.keep(ctx, to.tag, built.Reference, env, logout)
	return built, nil
}

// pushed builds, pushes and returns the digest.
func (e *Engine) pushed(ctx context.Context, b engine.Build, from source, to output, env []string, log io.Writer) (string, error) {
	if err := e.build(ctx, b, from, to, env, log); err != nil {
		return "", err
	}
	digest, err := pushedDigest(to.metadata)
	if err != nil {
		return "", fmt.Errorf("building image %q: %w", b.Name, err)
	}
	return digest, nil
}

func (e *Engine) build(ctx context.Context, b engine.Build, from source, to output, env []string, log io.Writer) error {
	args, secrets := buildCommand(b, from, to)
	build := e.docker(args...)
	build.Env = append(env, secrets...)
	log = engine.Synced(log)
	if err := build.Run(ctx, log, log); err != nil {
		return explain(fmt.Sprintf("building image %q", b.Name), err)
	}
	return nil
}

// sources are the context and Dockerfile of b, which exist.
func sources(b engine.Build) (source, error) {
	info, err := os.Stat(b.Context)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return source{}, fmt.Errorf("its context %q is not a directory", b.Context)
	}
	if err != nil {
		return source{}, err
	}
	dockerfile := b.Dockerfile
	if !filepath.IsAbs(dockerfile) {
		dockerfile = filepath.Join(b.Context, dockerfile)
	}
	content, err := os.ReadFile(dockerfile)
	if errors.Is(err, fs.ErrNotExist) {
		return source{}, fmt.Errorf("its context has no %q", b.Dockerfile)
	}
	if err != nil {
		return source{}, err
	}
	if strings.TrimSpace(string(content)) == "" {
		return source{}, fmt.Errorf("its Dockerfile %q is empty", dockerfile)
	}
	return source{context: b.Context, dockerfile: dockerfile}, nil
}

func pushedDigest(metadata string) (string, error) {
	content, err := os.ReadFile(metadata)
	if err != nil {
		return "", fmt.Errorf("reading buildx's metadata: %w", err)
	}
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
