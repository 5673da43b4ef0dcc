package published

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// Write gives the images of a record, which the first registry has, their release
// tags in every registry, and then writes the record, the first registry's last
// of all. What it returns is the record that stands.
func (r *Registries) Write(ctx context.Context, to []Destination, record release.Record, files map[string][]byte) (registry.WrittenRecord, error) {
	written := registry.WrittenRecord{Record: record}
	err := report.Run(ctx, r.workspace.Reporter, "write release "+record.Tag, func(t *report.Task) error {
		beside := r.Signatures.signed()
		for i := len(to) - 1; i >= 0; i-- {
			var err error
			if written, err = r.writeTo(ctx, to[0], to[i], record, files, beside); err != nil {
				return err
			}
		}
		t.Detail(report.Count(len(record.Images), "image") + ", tag " + record.Tag)
		return nil
	})
	return written, err
}

// writeTo writes a release to one registry, its images from another one.
func (r *Registries) writeTo(ctx context.Context, from, to Destination, record release.Record, files map[string][]byte, beside func(context.Context, string) ([]registry.Referrer, error)) (registry.WrittenRecord, error) {
	if err := r.writeTags(ctx, from, to, record); err != nil {
		return registry.WrittenRecord{}, err
	}
	written, err := r.workspace.Registry.PutRecord(ctx, to.Records(), record, files, beside)
	if err != nil {
		return written, fmt.Errorf("writing the record of release %q: %w%s", record.Tag, err, to.recordsAdvice(err))
	}
	r.Signatures.sayWay(written.Way, to.Records())
	if written.Existed {
		is := Release{Record: written.Record, In: to, Digest: written.Digest, repository: to.Records()}
		if err := r.asSigned(ctx, is); err != nil {
			return written, err
		}
	}
	return written, nil
}

// writeTags tags every image in the registry "to", copying it there first when
// it is not the one that they are in.
func (r *Registries) writeTags(ctx context.Context, from, to Destination, record release.Record) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(registry.CallsAtOnce)
	for name, image := range record.Images {
		group.Go(func() error {
			there := to.Recorded(record, name)
			if to.Name != from.Name {
				if err := r.mirror(ctx, image, from.Recorded(record, name), there); err != nil {
					return fmt.Errorf("mirroring image %q to registry %q: %w", name, to.Name, err)
				}
			}
			if err := r.workspace.Registry.Alias(ctx, there, image.Digest, record.Tag); err != nil {
				return fmt.Errorf("tagging image %q: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// mirror copies an image with its content tag. A registry that has built the
// same content itself keeps its own under that tag.
func (r *Registries) mirror(ctx context.Context, image release.RecordedImage, from, to string) error {
	if err := r.workspace.Registry.Copy(ctx, from+"@"+image.Digest, to); err != nil {
		return err
	}
	err := r.workspace.Registry.Alias(ctx, to, image.Digest, image.Content)
	var taken *registry.TagConflict
	if errors.As(err, &taken) {
		return nil
	}
	return err
}

// recordsAdvice is what to do when the repository of the records can't be
// written to, which before was that of an image.
func (d Destination) recordsAdvice(err error) string {
	if d.project.Record != nil || !isAbsent(err) || errors.Is(err, registry.ErrLogin) {
		return ""
	}
	return "; release records have a repository of their own: create " + d.Records() +
		" and allow this login to push to it, or name another with record: {repository: NAME}"
}

// isAbsent says that a repository is not there, or not for this login: registries
// do not always tell which.
func isAbsent(err error) bool {
	return errors.Is(err, registry.ErrDenied) || errors.Is(err, registry.ErrNotFound) || errors.Is(err, aws.ErrNotFound)
}
