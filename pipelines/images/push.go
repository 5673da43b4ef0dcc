package images

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/report"
)

// Push builds the image unless its content exists in the registry, and sets
// its digest. The image is pushed under a tag of its own first; the content tag
// is then claimed for it, and the digest that won is the image's.
func (b *Builder) Push(ctx context.Context, work *Assessment, image *Image) error {
	defer close(image.ready)
	return report.Run(ctx, b.catalog.workspace.Reporter, "image "+image.Name, func(t *report.Task) error {
		if image.Digest != "" {
			t.Reused("same content as " + short(image.Digest))
			return nil
		}
		push, err := pushOf(ctx, image)
		if err != nil {
			return err
		}
		built, err := b.build(ctx, image.Name, image.config, push, t)
		if err != nil {
			return err
		}
		if err := b.unchanged(ctx, work, image); err != nil {
			return err
		}
		if err := b.claim(ctx, image, built.Digest); err != nil {
			return err
		}
		if built.PushedTag {
			b.dropping.Go(func() { b.dropPushTag(context.WithoutCancel(ctx), push) })
		}
		t.Detail("built " + short(image.Digest))
		return nil
	})
}

// pushOf is a push of the image under a tag that no other push has.
func pushOf(ctx context.Context, image *Image) (*engine.Push, error) {
	auth, err := image.to.Auth(ctx)
	if err != nil {
		return nil, err
	}
	random := make([]byte, 4)
	if _, err := rand.Read(random); err != nil {
		return nil, fmt.Errorf("naming a push: %w", err)
	}
	return &engine.Push{
		Repository: image.repository, Tag: image.ContentTag + "." + hex.EncodeToString(random),
		Auth: auth, Insecure: image.to.Insecure(), Passing: image.Apart,
	}, nil
}

// claim sets the image's digest to the one that its content tag stands for:
// built, or that of a run that was first. Its platforms are read while the claim
// settles.
func (b *Builder) claim(ctx context.Context, image *Image, built string) error {
	group, reading := errgroup.WithContext(ctx)
	ours := *image
	ours.Digest = built
	group.Go(func() error { return b.catalog.readPlatforms(reading, &ours) })
	winner, err := b.catalog.workspace.Registry.Claim(ctx, image.repository, built, image.ContentTag)
	if err != nil {
		err = fmt.Errorf("claiming the content of image %q: %w", image.Name, err)
	}
	if err := errors.Join(err, group.Wait()); err != nil {
		return err
	}
	image.Digest, image.Built, image.platforms = winner, winner == built, ours.platforms
	if image.Built {
		return nil
	}
	return b.catalog.readPlatforms(ctx, image)
}

// unchanged makes sure that what was built is what was hashed: that no file
// changed in between.
func (b *Builder) unchanged(ctx context.Context, work *Assessment, image *Image) error {
	b.catalog.hasher.Rescan()
	hash, err := b.catalog.Content(ctx, image.Name, image.config.Build, image.config.Platforms, work.Bases)
	if err != nil {
		return err
	}
	if content.Tag(hash) != image.ContentTag {
		return fmt.Errorf("building image %q: its files changed while it was built; run the command again", image.Name)
	}
	return nil
}

// dropPushTag removes the tag that an engine had to push under. A registry
// that can't delete tags keeps it; it is unique, so it is in nobody's way.
func (b *Builder) dropPushTag(ctx context.Context, push *engine.Push) {
	w := b.catalog.workspace
	if _, err := w.Registry.DeleteTag(ctx, push.Repository, push.Tag); err != nil {
		w.Notice(report.Info, "the tag %s:%s stays in the registry: %v", push.Repository, push.Tag, err)
	}
}

// short is a digest as people read it.
func short(digest string) string {
	const algorithm, shown = len("sha256:"), 12
	if len(digest) > algorithm+shown {
		return digest[:algorithm+shown]
	}
	return digest
}
