package published

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/registry"
)

// earlierRecords are the repositories in which release records may be from
// before they had one of their own: each was in that of the image which came
// first then. A project that says where its records are never had others.
func (r *Registries) earlierRecords(ctx context.Context, d Destination) ([]string, error) {
	if d.project.Record != nil {
		return nil, nil
	}
	images, err := r.images(ctx)
	if err != nil {
		return nil, &unsearched{err}
	}
	var repositories []string
	for _, image := range images {
		if repository := d.Repository(image.Name, image.Value); repository != d.Records() {
			repositories = append(repositories, repository)
		}
	}
	slices.Sort(repositories)
	return slices.Compact(repositories), nil
}

// unsearched is a release that is not where releases are, and nobody can tell
// whether an image's repository has it: the images are not known here.
type unsearched struct{ err error }

func (e *unsearched) Error() string {
	return fmt.Sprintf("whether an older slipway has recorded it beside an image can't be told here: %v", e.err)
}

func (e *unsearched) Unwrap() error { return e.err }

// notFound says that there is no such release: none was found, or err is that not
// all could be searched.
func notFound(text string, err error) error {
	if err == nil {
		return errors.New(text)
	}
	return fmt.Errorf("%s; %w", text, err)
}

func isUnsearched(err error) bool {
	var unknown *unsearched
	return errors.As(err, &unknown)
}

// everywhere is what look finds where records are, or else where they may have been
// before.
func everywhere[T any](ctx context.Context, r *Registries, d Destination, look func(ctx context.Context, repository string) ([]T, error)) ([]T, error) {
	found, err := look(ctx, d.Records())
	denied := errors.Is(err, registry.ErrDenied)
	if err != nil && !denied || len(found) > 0 {
		return found, err
	}
	earlier, earlierErr := inEarlier(ctx, r, d, look)
	switch {
	case earlierErr != nil:
		return nil, earlierErr
	case len(earlier) == 0 && denied:
		return nil, fmt.Errorf("%w%s", err, d.recordsAdvice(err))
	}
	return earlier, nil
}

// inEarlier is what look finds in those repositories, in their order. It asks
// them all at once.
func inEarlier[T any](ctx context.Context, r *Registries, d Destination, look func(ctx context.Context, repository string) ([]T, error)) ([]T, error) {
	repositories, err := r.earlierRecords(ctx, d)
	if err != nil {
		return nil, err
	}
	found := make([][]T, len(repositories))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(registry.CallsAtOnce)
	for i, repository := range repositories {
		group.Go(func() (err error) {
			if found[i], err = look(ctx, repository); errors.Is(err, registry.ErrDenied) {
				return nil // some registries say so of what is not there
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}
