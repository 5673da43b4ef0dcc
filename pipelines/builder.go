package pipelines

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/report"
)

// builder builds images with an engine, a few at a time, and each artifact
// that they copy in just once.
type builder struct {
	project *Project
	// version is the tag that the images' labels name.
	version string
	slots   chan struct{}

	// dropping are the tags of pushes that are being removed.
	dropping sync.WaitGroup

	mu        sync.Mutex
	artifacts map[string]*builtArtifact
	scratch   string
}

// builtArtifact is an artifact on this machine, once it is built.
type builtArtifact struct {
	once sync.Once
	path string
	err  error
}

func newBuilder(p *Project, version string) *builder {
	return &builder{
		project: p, version: version,
		slots:     make(chan struct{}, buildsParallel),
		artifacts: map[string]*builtArtifact{},
	}
}

// push builds the image unless its content exists in the registry, and sets
// its digest. The image is pushed under a tag of its own first; the content tag
// is then claimed for it, and the digest that won is the image's.
func (b *builder) push(ctx context.Context, image *assessedImage, to destination) error {
	defer close(image.ready)
	return report.Run(ctx, b.project.reporter, "image "+image.name, func(t *report.Task) error {
		if image.digest != "" {
			t.Reused("same content as " + short(image.digest))
			return nil
		}
		auth, err := to.auth(ctx)
		if err != nil {
			return err
		}
		random := make([]byte, 4)
		if _, err := rand.Read(random); err != nil {
			return fmt.Errorf("naming a push: %w", err)
		}
		push := &engine.Push{
			Repository: image.repository, Tag: image.contentTag + "." + hex.EncodeToString(random),
			Auth: auth, Insecure: to.insecure(),
		}
		built, err := b.build(ctx, image, push, t)
		if err != nil {
			return err
		}
		if err := b.unchanged(ctx, image); err != nil {
			return err
		}
		if err := b.claim(ctx, image, built.Digest); err != nil {
			return err
		}
		if built.PushedTag {
			b.dropping.Go(func() { b.dropPushTag(context.WithoutCancel(ctx), push) })
		}
		t.Detail("built " + short(image.digest))
		return nil
	})
}

// claim sets the image's digest to the one that its content tag stands for:
// built, or that of a run that was first. Its platforms are read while the claim
// settles.
func (b *builder) claim(ctx context.Context, image *assessedImage, built string) error {
	group, reading := errgroup.WithContext(ctx)
	mine := *image
	mine.digest = built
	group.Go(func() error { return b.project.platforms(reading, &mine) })
	winner, err := b.project.registry.Claim(ctx, image.repository, built, image.contentTag)
	if err != nil {
		err = fmt.Errorf("claiming the content of image %q: %w", image.name, err)
	}
	if err := errors.Join(err, group.Wait()); err != nil {
		return err
	}
	image.digest, image.built, image.platforms = winner, winner == built, mine.platforms
	if image.built {
		return nil
	}
	return b.project.platforms(ctx, image)
}

// unchanged makes sure that what was built is what was hashed: that no file
// changed in between.
func (b *builder) unchanged(ctx context.Context, image *assessedImage) error {
	b.project.hasher.Rescan()
	hash, err := b.project.content(ctx, image.name, image.config.Build, image.config.Platforms, image.bases)
	if err != nil {
		return err
	}
	if content.Tag(hash) != image.contentTag {
		return fmt.Errorf("building image %q: its files changed while it was built; run the command again", image.name)
	}
	return nil
}

// dropPushTag removes the tag that an engine had to push under. A registry
// that can't delete tags keeps it; it is unique, so it is in nobody's way.
func (b *builder) dropPushTag(ctx context.Context, push *engine.Push) {
	if _, err := b.project.registry.DeleteTag(ctx, push.Repository, push.Tag); err != nil {
		b.project.notice(report.Info, "the tag %s:%s stays in the registry: %v", push.Repository, push.Tag, err)
	}
}

// build builds one image with its artifacts; without a push it stays in the
// engine.
func (b *builder) build(ctx context.Context, image *assessedImage, push *engine.Push, t *report.Task) (engine.Built, error) {
	e, err := b.project.engine.get(ctx)
	if err != nil {
		return engine.Built{}, err
	}
	spec, err := b.project.build(ctx, image.name, image.config.Build, image.config.Platforms)
	if err != nil {
		return engine.Built{}, err
	}
	spec.Labels = b.project.buildLabels(b.version)
	if err := e.Supports(ctx, spec); err != nil {
		return engine.Built{}, err
	}
	if spec.Overlay, err = b.overlay(ctx, e, image); err != nil {
		return engine.Built{}, err
	}
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return engine.Built{}, context.Cause(ctx)
	}
	log := b.project.redactor.Writer(t)
	built, err := e.Build(ctx, spec, push, log)
	return built, errors.Join(err, log.Close())
}

// overlay builds the artifacts of an image and says where they go in its context.
func (b *builder) overlay(ctx context.Context, e engine.Engine, image *assessedImage) (map[string]string, error) {
	overlay := map[string]string{}
	for name, path := range image.config.Artifacts {
		built, err := b.artifact(ctx, e, name)
		if err != nil {
			return nil, err
		}
		overlay[filepath.ToSlash(filepath.Clean(path))] = built
	}
	return overlay, nil
}

// artifact is the path of a built artifact.
func (b *builder) artifact(ctx context.Context, e engine.Engine, name string) (string, error) {
	b.mu.Lock()
	a := b.artifacts[name]
	if a == nil {
		a = &builtArtifact{}
		b.artifacts[name] = a
	}
	b.mu.Unlock()
	a.once.Do(func() { a.path, a.err = b.export(ctx, e, name) })
	return a.path, a.err
}

func (b *builder) export(ctx context.Context, e engine.Engine, name string) (string, error) {
	artifact, _ := b.project.Config.Artifacts.Get(name)
	dir, err := b.scratchDir()
	if err != nil {
		return "", err
	}
	dest := filepath.Join(dir, name)
	return dest, report.Run(ctx, b.project.reporter, "artifact "+name, func(t *report.Task) error {
		spec, err := b.project.build(ctx, "artifact "+name, artifact.Build, nil)
		if err != nil {
			return err
		}
		if err := e.Supports(ctx, spec); err != nil {
			return err
		}
		log := b.project.redactor.Writer(t)
		err = e.Export(ctx, spec, artifact.Path, dest, log)
		if err := errors.Join(err, log.Close()); err != nil {
			return fmt.Errorf("building artifact %q: %w", name, err)
		}
		return nil
	})
}

func (b *builder) scratchDir() (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.scratch != "" {
		return b.scratch, nil
	}
	dir, err := os.MkdirTemp("", "slipway-artifacts-")
	if err != nil {
		return "", fmt.Errorf("making a place for artifacts: %w", err)
	}
	b.scratch = dir
	return dir, nil
}

// clean removes the artifacts, and waits until the tags of pushes are gone.
func (b *builder) clean() {
	b.dropping.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.scratch != "" {
		_ = os.RemoveAll(b.scratch) // in the temporary directory: the system removes what is left
	}
}

// platforms reads which platforms an image has, for the record.
func (p *Project) platforms(ctx context.Context, image *assessedImage) (err error) {
	image.platforms, err = p.registry.Platforms(ctx, image.repository+"@"+image.digest)
	return err
}

// short is a digest as people read it.
func short(digest string) string {
	const algorithm, shown = len("sha256:"), 12
	if len(digest) > algorithm+shown {
		return digest[:algorithm+shown]
	}
	return digest
}
