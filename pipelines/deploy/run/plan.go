package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// state is what is remembered of the last container, in state.json.
type state struct {
	// Tag is the release that it ran for, and Epoch when.
	Tag   string `json:"tag"`
	Epoch string `json:"epoch"`
	// Done says that it ended with exit code 0.
	Done bool `json:"done"`
}

// observation is what Plan goes by.
type observation struct {
	last  state
	epoch string
}

func (t *Target) stateFile() string { return path.Join(t.State, "state.json") }

// Observe reads whether the container ran already.
func (t *Target) Observe(ctx context.Context, _ deploy.Desired) (deploy.Observed, error) {
	var o observation
	data, err := t.Files.ReadFile(ctx, t.stateFile())
	if err == nil {
		err = json.Unmarshal(data, &o.last)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return deploy.Observed{}, fmt.Errorf("reading %q: %w", t.stateFile(), err)
	}
	if o.epoch, err = t.Epoch(ctx); err != nil {
		return deploy.Observed{}, err
	}
	return deploy.Observed{State: o}, nil
}

// Plan runs the container once for a release. A release that comes back runs
// it only if the config says so.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", t.Name())
	}
	p := deploy.Plan{Target: t.Name(), Tag: d.Release.Tag}
	if d.Release.Tag == "" || o.done(d) || d.Returning && !t.Config.OnRollback {
		return p, nil
	}
	p.Changes = []deploy.Change{{Kind: deploy.RunStep, Subject: t.Config.Image, After: strings.Join(t.Config.Command, " ")}}
	return p, nil
}

// done says that the release's container has run, and that no deploy has ended
// since which may have undone it. What returns is done when it ran last.
func (o observation) done(d deploy.Desired) bool {
	return o.last.Done && o.last.Tag == d.Release.Tag && (d.Returning || o.last.Epoch == o.epoch)
}
