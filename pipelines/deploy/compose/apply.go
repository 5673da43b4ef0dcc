package compose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"time"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
)

// Apply makes the plan true, one action after the other.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	var a actions
	if err := json.Unmarshal(p.Actions, &a); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.Name(), err)
	}
	w := &worker{Target: t, Session: s, desired: d, actions: a}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	for _, do := range a.Do {
		if err := w.one(ctx, do); err != nil {
			return err
		}
	}
	return w.complete(ctx)
}

// worker applies one plan.
type worker struct {
	*Target
	deploy.Session
	desired deploy.Desired
	actions actions
	state   state
}

// prepare writes down which services may be started, and then what they are
// started from.
func (w *worker) prepare(ctx context.Context) error {
	if err := w.Fence(ctx); err != nil {
		return err
	}
	var err error
	if w.state, err = w.readState(ctx); err != nil {
		return err
	}
	w.state.Project = w.actions.Project
	w.state = w.state.started(tagOf(w.desired), w.actions.Services)
	if err := w.writeState(ctx, w.state); err != nil {
		return err
	}
	if err := w.writeFiles(ctx, w.desired, w.actions.Pins); err != nil {
		return err
	}
	// A stack may be in a working tree, and what we keep there is no part of it.
	if err := w.Host.WriteFile(ctx, path.Join(w.Dir, ".slipway", ".gitignore"), []byte("*\n"), 0o644); err != nil {
		return fmt.Errorf("writing to the stack's directory: %w", err)
	}
	if w.actions.Env {
		return w.writeEnvFile(ctx, w.desired)
	}
	return nil
}

// complete forgets services that are not the release's any more.
func (w *worker) complete(ctx context.Context) error {
	if err := w.Fence(ctx); err != nil {
		return err
	}
	if len(w.desired.Main) == 0 {
		return w.Host.Remove(ctx, w.stateFile())
	}
	if w.actions.StepsOnly {
		return nil
	}
	w.state.Services = w.actions.Services
	return w.writeState(ctx, w.state)
}

func (w *worker) one(ctx context.Context, a action) error {
	switch {
	case a.Up != nil:
		return w.up(ctx, a.Up)
	case a.Switch != nil:
		return w.shift(ctx, *a.Switch)
	case a.Stop != nil:
		return w.stop(ctx, *a.Stop)
	case a.Remove != nil:
		return w.remove(ctx, *a.Remove)
	case a.Step != nil:
		return w.step(ctx, *a.Step)
	}
	return errors.New("applying a plan: it has an action that this version does not know")
}

func (w *worker) remove(ctx context.Context, r remove) error {
	for _, service := range r.Services {
		fmt.Fprintf(w.Log, "%s: removing\n", service)
	}
	job := &script{}
	if r.Drain {
		job.drain(time.Duration(w.Config.Drain))
	}
	job.stopContainers(r.Containers)
	if r.All {
		job.Line(append(w.compose(w.actions.Project), "down")...) // networks; volumes stay
	}
	if err := w.change(ctx, job); err != nil {
		return fmt.Errorf("removing services: %w", err)
	}
	return nil
}

// change runs a job that changes what runs, if we still hold the lock.
func (w *worker) change(ctx context.Context, s *script) error {
	return w.changeFor(ctx, s, jobTimeout)
}

func (w *worker) changeFor(ctx context.Context, s *script, timeout time.Duration) error {
	if s.Empty() {
		return nil
	}
	if err := w.Fence(ctx); err != nil {
		return err
	}
	return w.runJob(ctx, w.script(w.desired, s), job{Timeout: timeout}, w.Log)
}

// script is s in the stack's directory, with the release's variables.
func (t *Target) script(d deploy.Desired, s *script) *script {
	whole := &script{}
	whole.Export(d.Variables)
	whole.Line("cd", t.Dir)
	whole.Append(&s.Script)
	return whole
}

// filesDir is where a release's compose files are on the host.
func (t *Target) filesDir(d deploy.Desired) string {
	name := d.Release.Tag
	if name == "" {
		name = ".adopted" // no tag starts with a dot
	}
	return path.Join(t.State, "files", name)
}

// pinsFile is the override that pins images, beside the release's files.
const pinsFile = ".slipway-images.yml"

func (t *Target) writeFiles(ctx context.Context, d deploy.Desired, pins map[string]string) error {
	if len(d.Main) == 0 {
		return nil
	}
	dir := t.filesDir(d)
	write := func(name string, content []byte) error {
		if err := t.Host.WriteFile(ctx, path.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("writing the release's files: %w", err)
		}
		return nil
	}
	for _, name := range sortedKeys(d.Files) {
		if err := write(name, []byte(d.Files[name])); err != nil {
			return err
		}
	}
	return write(pinsFile, composefile.Override(pins))
}

// composeFiles is the start of a compose command line with the release's files.
func (t *Target) composeFiles(d deploy.Desired, project string) []string {
	words := t.compose(project)
	if len(d.Main) == 0 {
		return words
	}
	for _, name := range append(append([]string{}, d.Main...), pinsFile) {
		words = append(words, "-f", path.Join(t.filesDir(d), name))
	}
	return words
}
