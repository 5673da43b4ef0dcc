// Package state is what a compose target remembers on its host, in state.json
// of its state directory: what releases of ours started, and which steps ran.
package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"git.example/slipway/pipelines/deploy/compose/stack"
)

// State is the content of state.json.
type State struct {
	// Project is the compose project's name.
	Project string `json:"project"`
	// Services that releases of ours have started. Only these are removed when
	// a release no longer has them.
	Services []string `json:"services"`
	// Tag is the release that Steps belong to.
	Tag string `json:"tag"`
	// Steps that have run, by their keys.
	Steps []string `json:"steps,omitempty"`
	// Files are the digests of the files that the last release brought, by path
	// relative to the project.
	Files map[string]string `json:"files,omitempty"`
	// Stale are services whose files are being put back after somebody edited them:
	// their containers have the edited ones, until they start anew.
	Stale []string `json:"stale,omitempty"`
}

// Path is the file on the host.
func Path(s stack.Stack) string { return path.Join(s.StateDir, "state.json") }

// Read reads a stack's state; it is the zero one when nothing was deployed yet.
func Read(ctx context.Context, s stack.Stack) (State, error) {
	var state State
	data, err := s.Host.ReadFile(ctx, Path(s))
	if errors.Is(err, fs.ErrNotExist) {
		return state, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &state)
	}
	if err != nil {
		return state, fmt.Errorf("reading %q: %w", Path(s), err)
	}
	return state, nil
}

// Write replaces a stack's state.
func Write(ctx context.Context, s stack.Stack, state State) error {
	data, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return err
	}
	if err := s.Host.WriteFile(ctx, Path(s), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the target's state: %w", err)
	}
	return nil
}

// Remove removes a stack's state: nothing of ours runs there any more.
func Remove(ctx context.Context, s stack.Stack) error { return s.Host.Remove(ctx, Path(s)) }

// StepDone remembers that a step has run, while its release is the one that is
// worked on.
func StepDone(ctx context.Context, s stack.Stack, tag, key string) error {
	state, err := Read(ctx, s)
	if err != nil || state.Tag != tag || slices.Contains(state.Steps, key) {
		return err
	}
	state.Steps = append(state.Steps, key)
	return Write(ctx, s, state)
}

// Started is the state with more services, for the release tag.
func (s State) Started(tag string, services []string) State {
	if s.Tag != tag {
		s.Tag, s.Steps = tag, nil
	}
	s.Services = append(slices.Clone(s.Services), services...)
	slices.Sort(s.Services)
	s.Services = slices.Compact(s.Services)
	return s
}
