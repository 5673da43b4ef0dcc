package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What runs in an environment, proven by digest.
type EnvironmentState struct {
	Environment string
	// Tag of the release that runs.
	Tag string
	// What runs.
	Services []*RunningService
	// All of this as "slipway verify --json" prints it.
	Json string
}

// Compare what runs with what should run
//
// By digest. Fails with every difference if there is one; changes nothing. Chain
// "tag", "services" or "json".
//
// +cache="never"
func (s *Slipway) Verify(
	ctx context.Context,
	// Environment to verify; the one that matches this build when omitted.
	// +optional
	env string,
) (*EnvironmentState, error) {
	var verified struct {
		Environment, Tag string
		Running          map[string][]running
		Drift            []drift
	}
	e, err := s.do(ctx, verb{
		args:         flags{"verify"}.text("--env", env),
		environments: in(env), targets: true, terraform: true,
	}, &verified)
	if err != nil {
		if e != nil && e.decode(&verified) == nil && len(verified.Drift) > 0 {
			err = exitWith(e.code, drifted(verified.Environment, verified.Tag, verified.Drift))
		}
		return nil, err
	}
	state := &EnvironmentState{Environment: verified.Environment, Tag: verified.Tag, Json: e.stdout}
	for _, target := range slices.Sorted(maps.Keys(verified.Running)) {
		state.Services = append(state.Services, services(target, verified.Running[target])...)
	}
	return state, nil
}

// drift is one difference between what runs and what should.
type drift struct{ Target, Host, Subject, Kind, Want, Got string }

// drifted are all differences as one error.
func drifted(env, tag string, drifts []drift) error {
	text := []string{fmt.Sprintf("%s does not run release %s as it was released:", env, tag)}
	for _, d := range drifts {
		line := strings.Join(slices.DeleteFunc([]string{d.Target, d.Host, d.Subject, d.Kind}, func(s string) bool { return s == "" }), " ")
		if d.Want != "" {
			line += ", want " + d.Want
		}
		if d.Got != "" {
			line += ", got " + d.Got
		}
		text = append(text, "  "+line)
	}
	return errors.New(strings.Join(text, "\n"))
}

// The deploys of an environment.
type History struct {
	// The deploys, newest first.
	Entries []*HistoryEntry
	// All of this as "slipway history --json" prints it.
	Json string
}

// A deploy of the past.
type HistoryEntry struct {
	// Tag of the release.
	Tag string
	// Full commit of the release.
	Commit string
	// deployed, rolled-back, failed, rollback, adopted, interrupted or running.
	Outcome string
	// When it started, in RFC 3339.
	Started string
	// Who did it, such as github:ana.
	By string
	// Page of the CI run.
	RunURL string
	// Environment that it was promoted from.
	PromotedFrom string
	// First line of a failure's reason.
	Error string
}

// List the deploys of an environment, newest first
//
// Chain "json", or "entries" and a field, such as "entries tag".
//
// +cache="never"
func (s *Slipway) History(
	ctx context.Context,
	// Environment to list; the one that matches this build when omitted.
	// +optional
	env string,
	// How many deploys to list; 0 is all.
	// +optional
	// +default=20
	limit int,
) (*History, error) {
	var entries []struct {
		Tag, Commit, Outcome, Started, PromotedFrom, Error string
		By                                                 struct{ User, RunURL string }
	}
	e, err := s.do(ctx, verb{
		args:         flags{"history"}.text("--env", env).number("--limit", limit),
		environments: in(env), targets: true,
	}, &entries)
	if err != nil {
		return nil, err
	}
	history := &History{Json: e.stdout}
	for _, entry := range entries {
		history.Entries = append(history.Entries, &HistoryEntry{
			Tag: entry.Tag, Commit: entry.Commit, Outcome: entry.Outcome, Started: entry.Started,
			By: entry.By.User, RunURL: entry.By.RunURL, PromotedFrom: entry.PromotedFrom, Error: entry.Error,
		})
	}
	return history, nil
}
