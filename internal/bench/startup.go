package main

import (
	"context"
	"time"
)

// startUp starts the program and does nothing with it.
func startUp(ctx context.Context, s *sample) (result, error) {
	r := result{What: "start-up (slipway version)", Plain: "docker --version", MostSeconds: 0.05}
	err := r.compare(ctx, 4*s.runs,
		func(ctx context.Context, _ int) (time.Duration, error) {
			return timed(ctx, s.command(s.options.slipway, "version"))
		},
		func(ctx context.Context, _ int) (time.Duration, error) {
			return timed(ctx, s.command("docker", "--version"))
		})
	return r, err
}
