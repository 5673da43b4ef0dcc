// Code generated from ../environment.go by make update; DO NOT EDIT.

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"git.example/slipway/ci/v1/internal/dagger"
	"git.example/slipway/pipelines/config"
)

// environments are those that a verb is for, and last the one that it promotes
// from. Where no name says which, the command line does, which alone knows what
// DEPLOY_ENV, a branch, a git tag or a saved plan choose.
func (s *Slipway) environments(ctx context.Context, c *config.Config, path string, v verb) ([]config.Entry[config.Environment], error) {
	if v.in == noEnvironment || len(v.registries) > 0 {
		return nil, nil
	}
	names := []string{v.env}
	if v.env == "" {
		if err := unnamed(c, v); err != nil {
			return nil, err
		}
		names = c.Environments.Names()
		if len(names) > 1 || v.saved != nil {
			var err error
			if names, err = s.chosen(ctx, path, v); err != nil {
				return nil, err
			}
		}
	}
	var found []config.Entry[config.Environment]
	for _, name := range names {
		if e, ok := c.Environments.Get(name); ok {
			found = append(found, config.Entry[config.Environment]{Name: name, Value: e})
		}
	}
	if v.promotes && len(found) > 0 {
		from := cmp.Or(v.from, found[0].Value.PromoteFrom)
		if e, ok := c.Environments.Get(from); ok {
			found = append(found, config.Entry[config.Environment]{Name: from, Value: e})
		}
	}
	return found, nil
}

// chosen asks the command line which environments it takes. No run id is in it: the
// engine answers for the same source, build and variables from its cache.
func (s *Slipway) chosen(ctx context.Context, path string, v verb) ([]string, error) {
	container, err := s.commandLine(ctx)
	if err != nil {
		return nil, err
	}
	words := append([]string{"slipway", "--result-file", resultFile, "--progress", "plain", "--config", path}, s.build()...)
	words = append(words, flags{"environments"}.is("--publish", v.in == publishedEnvironments)...)
	if v.saved != nil {
		container, words = container.WithFile(savedPlan, v.saved), append(words, "--plan="+savedPlan)
	}
	container = s.withVariables(s.withRepository(container)).WithNewFile(resultFile, "").
		WithExec(words, dagger.ContainerWithExecOpts{Expect: dagger.ReturnTypeAny})
	e, err := finished(ctx, container)
	if err != nil {
		return nil, err
	}
	if e.err != nil {
		return nil, exitWith(e.code, e.err)
	}
	var names []string
	if err := json.Unmarshal([]byte(e.json), &names); err != nil {
		return nil, fmt.Errorf("reading which environment slipway takes: %w", err)
	}
	return names, nil
}
