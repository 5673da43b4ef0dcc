package published

import (
	"context"
	"errors"
	"fmt"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// Copy copies a release by digest to registries, in this order, where they do not
// have it. One that has another release under its tag is an error.
func (r *Registries) Copy(ctx context.Context, from Release, to []Destination) error {
	for _, d := range to {
		there, ok, err := r.Get(ctx, d, from.Record.Tag)
		if err != nil && !isUnsearched(err) && !errors.Is(err, registry.ErrDenied) {
			return err
		}
		if ok {
			if err := sameDigests(there, from); err != nil {
				return err
			}
			continue
		}
		if err := r.Prepare(ctx, []Destination{d}, RepositoriesOf(from.Record)); err != nil {
			return err
		}
		if err := r.copyTo(ctx, from, d); err != nil {
			return fmt.Errorf("promoting release %q: %w", from.Record.Tag, err)
		}
	}
	return nil
}

// copyTo brings a release with its images and its record to another registry.
func (r *Registries) copyTo(ctx context.Context, from Release, to Destination) error {
	return report.Run(ctx, r.workspace.Reporter, "copy release "+from.Record.Tag+" to "+to.Name, func(*report.Task) error {
		_, err := r.writeTo(ctx, from.In, to, from.Record, from.Files, r.Signatures.kept(from))
		return err
	})
}

// sameDigests is the error when two registries have different releases of one tag.
func sameDigests(a, b Release) error {
	for name, image := range b.Record.Images {
		if other := a.Record.Images[name].Digest; other != image.Digest {
			return fmt.Errorf("promoting release %q: image %q is %s in registry %q and %s in registry %q: a release's tag stands for one digest; publish the commit again, with another build number",
				b.Record.Tag, name, orMissing(other), a.In.Name, image.Digest, b.In.Name)
		}
	}
	return nil
}

func orMissing(digest string) string {
	if digest == "" {
		return "missing"
	}
	return digest
}

// RepositoriesOf are the images of a release as slipway.yaml would name them.
func RepositoriesOf(record release.Record) Images {
	images := Images{}
	for name, image := range record.Images {
		images[name] = image.Repository
	}
	return images
}
