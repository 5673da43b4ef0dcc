package main

import (
	"context"
	"time"
)

// planFifty plans a release of fifty images that would have to be built.
func planFifty(ctx context.Context, s *sample) (result, error) {
	r := result{What: "plan of 50 images, not published", MostSeconds: 1}
	p, err := s.newProject(ctx, "fifty", fifty)
	if err != nil {
		return r, err
	}
	return r, r.time(ctx, s.runs, func(ctx context.Context, _ int) (time.Duration, error) { return p.slip(ctx, "plan") })
}

// planFiftyPublished plans the deploy of a release of fifty images. They are
// all the same, so that publishing them takes no time.
func planFiftyPublished(ctx context.Context, s *sample) (result, error) {
	r := result{What: "plan of 50 images, published", MostSeconds: 1}
	p, err := s.newProject(ctx, "released", fifty)
	if err != nil {
		return r, err
	}
	for _, image := range p.images {
		if err := write(p.context(image, "Dockerfile"), "FROM "+s.base+"\n"); err != nil {
			return r, err
		}
	}
	if err := p.commit(ctx); err != nil {
		return r, err
	}
	if _, err := p.slip(ctx, "publish", "--build-number", "1"); err != nil {
		return r, err
	}
	return r, r.time(ctx, s.runs, func(ctx context.Context, _ int) (time.Duration, error) { return p.slip(ctx, "plan") })
}
