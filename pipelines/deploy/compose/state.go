package compose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// state is what the target remembers on the host, in state.json.
type state struct {
	// Project is the compose project's name.
	Project string `json:"project"`
	// Services that releases of ours have started. Only these are removed when
	// a release no longer has them.
	Services []string `json:"services"`
	// Tag is the release that Steps belong to.
	Tag string `json:"tag"`
	// Steps that have run, by their keys.
	Steps []string `json:"steps,omitempty"`
}

func (t *Target) stateFile() string { return path.Join(t.State, "state.json") }

// readState is the zero state when nothing was deployed yet.
func (t *Target) readState(ctx context.Context) (state, error) {
	var s state
	data, err := t.Host.ReadFile(ctx, t.stateFile())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, fmt.Errorf("reading %q: %w", t.stateFile(), err)
	}
	return s, nil
}

func (t *Target) writeState(ctx context.Context, s state) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := t.Host.WriteFile(ctx, t.stateFile(), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the target's state: %w", err)
	}
	return nil
}

// started is s with more services, for the release tag.
func (s state) started(tag string, services []string) state {
	if s.Tag != tag {
		s.Tag, s.Steps = tag, nil
	}
	s.Services = append(slices.Clone(s.Services), services...)
	slices.Sort(s.Services)
	s.Services = slices.Compact(s.Services)
	return s
}
