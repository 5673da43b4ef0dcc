package published

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/registry"
)

// formerSlipwayYAMLs is how many versions of slipway.yaml are asked for their images.
const formerSlipwayYAMLs = 20

// earlierRecords are the repositories in which release records may be that are not
// where records are now: where they go when slipway.yaml does not say, and, from
// before that was a repository of their own, beside the image that came first then.
func (r *Registries) earlierRecords(ctx context.Context, d Destination) ([]string, error) {
	images, err := r.images(ctx)
	if err != nil {
		return nil, &unsearched{err}
	}
	unsaid := *d.project
	unsaid.Record = nil
	repositories := []string{unsaid.RecordRepository(d.config)}
	for _, all := range append(r.formerImages(ctx), images) {
		for _, image := range all {
			repositories = append(repositories, d.Repository(image.Name, image.Value))
		}
	}
	slices.Sort(repositories)
	return slices.DeleteFunc(slices.Compact(repositories), func(name string) bool { return name == d.Records() }), nil
}

// formerImages are those of the versions of slipway.yaml that this clone has.
func (r *Registries) formerImages(ctx context.Context) []config.Map[config.Image] {
	w := r.workspace
	if w.Git == nil {
		return nil
	}
	texts, _ := w.Git.Versions(ctx, w.Config.Path, formerSlipwayYAMLs) // without history there is none
	var all []config.Map[config.Image]
	for _, text := range texts {
		if former, err := config.Parse(filepath.Base(w.Config.Path), text); err == nil {
			all = append(all, former.Images.Named)
		}
	}
	return all
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
