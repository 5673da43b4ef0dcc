// Code generated from ../state.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"maps"
	"slices"
)

// Compare what runs with what should run
//
// By digest. Fails with every difference if there is one; changes nothing. Chain
// "text", "tag", "services" or "json".
//
// +cache="never"
func (s *Slipway) Verify(
	ctx context.Context,
) (*EnvironmentState, error) {
	env := s.Environment
	var verified struct {
		Tag     string
		Running map[string][]running
	}
	e, err := s.do(ctx, verb{
		args: flags{"verify"},
		in:   oneEnvironment, env: env, targets: true, terraform: true,
	}, &verified)
	if err != nil {
		return nil, err
	}
	state := &EnvironmentState{Tag: verified.Tag, TagMaps: dag.Directory(), Text: e.text, Json: e.json}
	for _, target := range slices.Sorted(maps.Keys(verified.Running)) {
		state.Services = append(state.Services, services(target, verified.Running[target])...)
	}
	return state, nil
}

// List the deploys of an environment, newest first
//
// Chain "text" or "json".
//
// +cache="never"
func (s *Slipway) History(
	ctx context.Context,
	// How many deploys to list; 0 is all.
	// +optional
	// +default=20
	limit int,
) (*Report, error) {
	env := s.Environment
	return s.report(ctx, verb{
		args: flags{"history"}.number("--limit", limit),
		in:   oneEnvironment, env: env, targets: true,
	})
}
