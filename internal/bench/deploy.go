package main

import (
	"context"
	"time"
)

// deployUnchanged deploys a release that runs already.
func deployUnchanged(ctx context.Context, s *sample) (result, error) {
	r := result{What: "deploy of what runs already", Plain: "docker compose up --detach"}
	p, err := s.newProject(ctx, "stack", 1)
	if err != nil {
		return r, err
	}
	if _, err := p.slip(ctx, "release", "--build-number", "1"); err != nil {
		return r, err
	}
	up, err := p.composeUp(ctx, "1")
	if err != nil {
		return r, err
	}
	if _, err := timed(ctx, up); err != nil { // the first one starts the stack
		return r, err
	}
	err = r.compare(ctx, s.runs,
		func(ctx context.Context, _ int) (time.Duration, error) { return p.slip(ctx, "deploy", "--yes") },
		func(ctx context.Context, _ int) (time.Duration, error) { return timed(ctx, up) })
	return r, err
}
