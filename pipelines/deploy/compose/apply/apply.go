// Package apply makes a plan true: it writes files, and starts, switches, stops
// and removes in the order of the plan's actions. Everything that changes what
// runs is a job, and asks before whether we still hold the lock.
package apply

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/job"
	"git.example/slipway/pipelines/deploy/compose/kept"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// Apply does a plan's actions, one after the other.
func Apply(ctx context.Context, jobs job.Runner, d deploy.Desired, a plan.Actions, s deploy.Session) error {
	w := &worker{stack: jobs.Stack, jobs: jobs, session: s, desired: d, actions: a}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	for _, do := range a.Do {
		if err := w.do(ctx, do); err != nil {
			return err
		}
	}
	return w.finish(ctx)
}

// prepare writes down which services may be started, and then what they are
// started from.
func (w *worker) prepare(ctx context.Context) error {
	if err := w.session.Fence(ctx); err != nil {
		return err
	}
	var err error
	if w.state, err = state.Read(ctx, w.stack); err != nil {
		return err
	}
	w.state.Project = w.actions.Project
	w.state = w.state.Started(stack.ReleaseName(w.desired), w.actions.Services)
	w.state.Stale = union(w.state.Stale, w.actions.Stale)
	if err := state.Write(ctx, w.stack, w.state); err != nil {
		return err
	}
	o := stack.Overrides{Pins: w.actions.Pins, Kept: kept.Override(w.actions.Keep), Files: w.actions.FilesOverride}
	if err := w.stack.WriteRelease(ctx, w.desired, o); err != nil {
		return err
	}
	if err := hostfiles.Write(ctx, w.stack, w.desired, w.actions.Files); err != nil {
		return err
	}
	// A stack may be in a working tree, and what we keep there is no part of it.
	if err := w.stack.Host.WriteFile(ctx, path.Join(w.stack.Dir, ".slipway", ".gitignore"), []byte("*\n"), 0o644); err != nil {
		return fmt.Errorf("writing to the stack's directory: %w", err)
	}
	if w.actions.Env {
		if err := envfile.Write(ctx, w.stack, w.desired); err != nil {
			return err
		}
	}
	return w.stack.Merge(ctx, w.desired, w.actions.Project)
}

// finish forgets services that are not the release's any more.
func (w *worker) finish(ctx context.Context) error {
	if err := w.session.Fence(ctx); err != nil {
		return err
	}
	if len(w.desired.Main) == 0 {
		return state.Remove(ctx, w.stack)
	}
	if w.actions.StepsOnly {
		return nil
	}
	w.state.Services, w.state.Stale, w.state.Files = w.actions.Services, nil, map[string]string{}
	for _, v := range w.actions.Files {
		w.state.Files[v.Name] = v.Digest()
	}
	return state.Write(ctx, w.stack, w.state)
}

func (w *worker) do(ctx context.Context, a plan.Action) error {
	switch {
	case a.Up != nil:
		return w.up(ctx, a.Up)
	case a.Switch != nil:
		return w.switchProxy(ctx, *a.Switch)
	case a.Stop != nil:
		return w.stop(ctx, *a.Stop)
	case a.Remove != nil:
		return w.remove(ctx, *a.Remove)
	case a.Step != nil:
		return w.step(ctx, *a.Step)
	}
	return errors.New("applying a plan: it has an action that this version does not know")
}

// union is both lists, each name once.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
