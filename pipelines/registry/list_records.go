package registry

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/release"
)

// Records reads the records of the releases whose tag match accepts, the newest
// first. With a limit, which 0 is not, only that many are read: those with the
// highest tags, where numbers count as numbers.
//
// Records of a newer Slipway can't be read: the others come together with an
// error that joins a *release.NewerFormat for each of those, so that a caller who
// wants the newest of all doesn't take an older one for it. Of those that match
// does not accept none is read.
func (c *Client) Records(ctx context.Context, repository string, match func(tag string) bool, limit int) ([]Recorded, error) {
	var tags []string
	for name, err := range c.Tags(ctx, repository) {
		if err != nil {
			return nil, err
		}
		if tag, ok := release.ReleaseOf(name); ok && match(tag) {
			tags = append(tags, tag)
		}
	}
	slices.SortFunc(tags, func(a, b string) int { return compareNatural(b, a) })
	if limit > 0 && len(tags) > limit {
		tags = tags[:limit]
	}
	records, newer := make([]Recorded, len(tags)), make([]error, len(tags))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(requestsAtOnce)
	for i, tag := range tags {
		group.Go(func() (err error) {
			records[i], err = c.GetRecord(ctx, repository, tag)
			if errors.Is(err, ErrNotFound) {
				return nil // deleted since, or never written whole
			}
			var format *release.NewerFormat
			if errors.As(err, &format) {
				newer[i] = err
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(r Recorded) bool { return r.Digest == "" })
	slices.SortStableFunc(records, func(a, b Recorded) int { return b.Created.Compare(a.Created) })
	return records, errors.Join(newer...)
}
