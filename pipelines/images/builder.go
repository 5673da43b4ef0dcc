package images

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"golang.org/x/sync/semaphore"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/report"
)

// buildsAtOnce is how many images are built at a time: a machine of a CI provider
// has few cores.
const buildsAtOnce = 4

// Builder builds images with the engine, a few at a time, and each artifact that
// they copy in just once. Close it to remove what it left on this machine.
type Builder struct {
	catalog *Catalog
	// version is the tag that the images' labels name.
	version   string
	slots     *semaphore.Weighted
	artifacts artifacts
	// dropping are the tags of pushes that are being removed.
	dropping sync.WaitGroup
}

// NewBuilder builds images whose labels name a version.
func (c *Catalog) NewBuilder(version string) *Builder {
	return &Builder{catalog: c, version: version, slots: semaphore.NewWeighted(buildsAtOnce), artifacts: artifacts{catalog: c}}
}

// Close removes the artifacts, and waits until the tags of pushes are gone.
func (b *Builder) Close() {
	b.dropping.Wait()
	b.artifacts.remove()
}

// Build builds one image with its artifacts and leaves it in the engine.
func (b *Builder) Build(ctx context.Context, name string, image config.Image, t *report.Task) (engine.Built, error) {
	return b.build(ctx, name, image, nil, t)
}

func (b *Builder) build(ctx context.Context, name string, image config.Image, push *engine.Push, t *report.Task) (engine.Built, error) {
	w := b.catalog.workspace
	e, err := w.Engine.Get(ctx)
	if err != nil {
		return engine.Built{}, err
	}
	spec, err := b.catalog.Spec(ctx, name, image.Build, image.Platforms)
	if err != nil {
		return engine.Built{}, err
	}
	spec.Labels = b.catalog.labels(b.version)
	if err := e.Supports(ctx, spec); err != nil {
		return engine.Built{}, err
	}
	if spec.Overlay, err = b.overlay(ctx, e, image); err != nil {
		return engine.Built{}, err
	}
	if err := b.slots.Acquire(ctx, 1); err != nil {
		return engine.Built{}, context.Cause(ctx)
	}
	defer b.slots.Release(1)
	log := w.Redactor.Writer(t)
	built, err := e.Build(ctx, spec, push, log)
	return built, errors.Join(err, log.Close())
}

// overlay builds the artifacts of an image and says where they go in its context.
func (b *Builder) overlay(ctx context.Context, e engine.Engine, image config.Image) (map[string]string, error) {
	overlay := map[string]string{}
	for name, path := range image.Artifacts {
		built, err := b.artifacts.path(ctx, e, name)
		if err != nil {
			return nil, err
		}
		overlay[filepath.ToSlash(filepath.Clean(path))] = built
	}
	return overlay, nil
}
