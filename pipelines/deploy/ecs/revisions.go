package ecs

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// How many of a family's newest revisions are looked at before another is registered:
// one may be there that a run registered which was killed, or that a release had which
// comes back.
const (
	searchNew       = 3
	searchReturning = 30
)

// findRevisions looks for revisions that were made from what is wanted.
func findRevisions(ctx context.Context, cluster *api, services []observedService, returning bool) error {
	limit := searchNew
	if returning {
		limit = searchReturning
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i := range services {
		s := &services[i]
		if s.wanted == nil || s.revision != "" {
			continue
		}
		group.Go(func() error {
			arns, err := cluster.revisions(ctx, s.wanted.family(), limit)
			if err != nil {
				return err
			}
			for _, arn := range arns {
				r, err := cluster.taskDefinition(ctx, arn)
				if err != nil {
					return err
				}
				if r.is(s.wanted) {
					s.revision = arn
					return nil
				}
			}
			return nil
		})
	}
	return group.Wait()
}
