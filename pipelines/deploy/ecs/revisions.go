package ecs

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// How many of a family's newest revisions are compared with a wanted document
// before another is registered. A release that comes back ran before, so its
// revision is there; a new one is there only when a run was killed.
const (
	searchNew       = 3
	searchReturning = 30
)

// findRevisions looks for revisions that are what is wanted.
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
				d, err := cluster.taskDefinition(ctx, arn)
				if err != nil {
					return err
				}
				if equal(s.wanted, d) {
					s.revision = arn
					return nil
				}
			}
			return nil
		})
	}
	return group.Wait()
}
