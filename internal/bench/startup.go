package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// started is a command of slipway that does next to nothing, so that what is
// measured is the start of the program.
type started struct{ name, plain string }

var (
	// version prints the version.
	version = started{"slipway version", "docker --version"}
	// completion is what a shell runs when somebody presses tab.
	completion = started{"slipway __complete deploy --env=", "docker __complete run --network="}
)

// The goals of a start.
const (
	startSeconds = 0.03
	startBytes   = 25 << 20
)

func (c started) time(ctx context.Context, s *sample) (result, error) {
	r := result{What: "start-up (" + c.name + ")", Plain: c.plain, MostSeconds: startSeconds}
	run := func(words []string) action {
		return func(ctx context.Context, _ int) (time.Duration, error) {
			return timed(ctx, s.command(words[0], words[1:]...))
		}
	}
	return r, r.compare(ctx, 4*s.runs, run(c.ours(s)), run(strings.Fields(c.plain)))
}

// memory is the peak of its memory.
func (c started) memory(ctx context.Context, s *sample) (result, error) {
	r := result{What: "memory (" + c.name + ")", Plain: c.plain, Bytes: true, MostBytes: startBytes}
	peak := filepath.Join(s.dir, "peak")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", peak, "./internal/bench/peak").CombinedOutput(); err != nil {
		return r, fmt.Errorf("building what measures memory: %w\n%s", err, output)
	}
	measured := func(words []string) (float64, error) {
		var all []float64
		for range s.runs {
			output, err := exec.CommandContext(ctx, peak, words...).Output()
			if err != nil {
				return 0, fmt.Errorf("running %q: %w", strings.Join(words, " "), err)
			}
			bytes, err := strconv.ParseFloat(strings.TrimSpace(string(output)), 64)
			if err != nil {
				return 0, err
			}
			all = append(all, bytes)
		}
		return median(all), nil
	}
	var err error
	if r.Ours, err = measured(c.ours(s)); err != nil {
		return r, err
	}
	if r.PlainSeconds, err = measured(strings.Fields(c.plain)); err != nil {
		return r, err
	}
	r.Ratio = r.Ours / r.PlainSeconds
	return r, nil
}

// ours is the command with the program that is measured.
func (c started) ours(s *sample) []string {
	return slices.Concat([]string{s.options.slipway}, strings.Fields(c.name)[1:])
}
