package main

import (
	"context"
	"os/exec"
	"time"
)

// running is a project whose release runs, and the plain tool's start of the same
// release, which runs beside it.
type running struct {
	*project
	up *exec.Cmd
}

// running is the one that all rows about a release which runs already share.
func (s *sample) running(ctx context.Context) (*running, error) {
	if s.shared != nil {
		return s.shared, nil
	}
	p, err := s.newProject(ctx, "stack", 1)
	if err != nil {
		return nil, err
	}
	if _, err := p.slip(ctx, "release", "--build-number", "1"); err != nil {
		return nil, err
	}
	up, err := p.composeUp(ctx, "1")
	if err != nil {
		return nil, err
	}
	if _, err := timed(ctx, up); err != nil {
		return nil, err
	}
	s.shared = &running{p, up}
	return s.shared, nil
}

// deployUnchanged deploys a release that runs already.
func deployUnchanged(ctx context.Context, s *sample) (result, error) {
	r := result{What: "deploy of what runs already", Plain: "docker compose up --detach"}
	p, err := s.running(ctx)
	if err != nil {
		return r, err
	}
	err = r.compare(ctx, s.runs,
		func(ctx context.Context, _ int) (time.Duration, error) { return p.slip(ctx, "deploy", "--yes") },
		func(ctx context.Context, _ int) (time.Duration, error) { return timed(ctx, p.up) })
	return r, err
}
