// Package checks runs the checks of slipway.yaml: in containers or with compose,
// on the images that are published, and never again on inputs on which they have
// passed. It brings out what they export.
package checks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/workspace"
)

// Result is a check that ran.
type Result struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	// Reused says that the very same inputs have passed before.
	Reused   bool    `json:"reused,omitempty"`
	ExitCode int     `json:"exitCode"`
	Seconds  float64 `json:"seconds"`
	// Exported are the files brought out, relative to the project.
	Exported []string `json:"exported,omitempty"`
	// Inputs is the digest of what the check ran on; known in a publish.
	Inputs string `json:"-"`
}

// Failed is a check that did not pass.
type Failed struct {
	Name     string
	ExitCode int
}

func (e *Failed) Error() string {
	return fmt.Sprintf("check %q failed with exit code %d", e.Name, e.ExitCode)
}

// Select are the checks named, or all of them.
func Select(c *config.Config, names []string) (config.Map[config.Check], error) {
	if len(names) == 0 {
		return c.Checks, nil
	}
	var selected config.Map[config.Check]
	for _, name := range names {
		check, ok := c.Checks.Get(name)
		if !ok {
			return nil, workspace.Usage("unknown check %q: %s", name, workspace.Choices("checks", c.Checks.Names(), c.Path))
		}
		selected = append(selected, config.Entry[config.Check]{Name: name, Value: check})
	}
	return selected, nil
}

// ImageSource gives compose checks the images that the project builds.
type ImageSource interface {
	// Names of the images, and the repositories that a compose file may call
	// each of them by.
	Names() map[string][]string
	// Image waits until the image can be run.
	Image(ctx context.Context, name string) (engine.Image, error)
}

// Runner runs checks.
type Runner struct {
	workspace *workspace.Workspace
	catalog   *images.Catalog
	images    ImageSource
	// memory is nil outside a publish.
	memory  *Memory
	exports *exportStage
}

// NewRunner runs checks on these images, in a publish with a memory. Call Place
// when all that is built has ended.
func NewRunner(w *workspace.Workspace, catalog *images.Catalog, source ImageSource, memory *Memory) (*Runner, error) {
	exports, err := newExportStage(w.Dir)
	return &Runner{workspace: w, catalog: catalog, images: source, memory: memory, exports: exports}, err
}

// Place brings what the checks exported into the project.
func (r *Runner) Place() error { return r.exports.bringOut() }

// checksAtOnce is how many checks run at a time: each is containers of its own,
// which the machine has to hold.
const checksAtOnce = 8

// checkTimeout ends a check that names no timeout of its own.
const checkTimeout = 30 * time.Minute

// Run runs the checks in parallel; the first failure stops the others. With a memory,
// checks that passed on the same inputs are not run again.
func (r *Runner) Run(ctx context.Context, checks config.Map[config.Check]) ([]Result, error) {
	return r.run(ctx, checks, true)
}

// RunAll is Run in which every check comes to its end; the error holds every failure.
func (r *Runner) RunAll(ctx context.Context, checks config.Map[config.Check]) ([]Result, error) {
	return r.run(ctx, checks, false)
}

func (r *Runner) run(ctx context.Context, checks config.Map[config.Check], firstStops bool) ([]Result, error) {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(checksAtOnce)
	results, failures := make([]Result, len(checks)), make([]error, len(checks))
	for i, check := range checks {
		group.Go(func() error {
			results[i], failures[i] = r.one(groupCtx, check.Name, check.Value)
			if firstStops {
				return failures[i]
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // what was stopped has no result
	}
	return results, errors.Join(failures...)
}
