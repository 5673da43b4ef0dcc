package compose

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// defaultStepTimeout ends a step that hangs.
const defaultStepTimeout = 30 * time.Minute

// step runs one step of the release. Its exit code gates the deploy.
func (w *worker) step(ctx context.Context, s step) error {
	if err := w.Fence(ctx); err != nil {
		return err
	}
	j := job{Timeout: s.Timeout.Or(defaultStepTimeout), Tag: tagOf(w.desired), Step: s.Key}
	if err := w.runOneOff(ctx, w.desired, w.actions.Project, s.Service, s.Command, j, w.Session); err != nil {
		return err
	}
	if err := w.stepDone(ctx, j.Tag, j.Step); err != nil {
		return err
	}
	w.state.Steps = append(w.state.Steps, s.Key)
	return nil
}

// RunStep runs one command in a new container of a service, with the image and
// the environment of d, which is what runs.
func (t *Target) RunStep(ctx context.Context, d deploy.Desired, service string, words []string, s deploy.Session) error {
	if err := s.Fence(ctx); err != nil {
		return err
	}
	env, err := t.readEnvFile(ctx, t.envName())
	if err != nil {
		return err
	}
	values, err := t.interpolation(ctx, d, env)
	if err != nil {
		return err
	}
	m, err := t.loadPins(ctx, d, values)
	if err != nil {
		return err
	}
	if err := t.writeFiles(ctx, d, m.pins); err != nil {
		return err
	}
	return t.runOneOff(ctx, d, m.name, service, words, job{Timeout: defaultStepTimeout}, s)
}

func (t *Target) runOneOff(ctx context.Context, d deploy.Desired, project, service string, words config.Command, j job, s deploy.Session) error {
	j.Container = fmt.Sprintf("%s-%s-step-%s", project, service, strings.ToLower(rand.Text()[:8]))
	fmt.Fprintf(s.Log, "%s: %s\n", service, strings.Join(words, " "))
	run := &script{}
	args := append(t.composeFiles(d, project), "run", "--rm", "--no-deps", "-T", "--quiet-pull", "--name", j.Container, service)
	run.Line(append(args, words...)...)
	err := t.runJob(ctx, t.script(d, run), j, s.Log)
	text := strings.Join(words, " ")
	var failed *command.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed) && failed.ExitCode >= 0:
		return fmt.Errorf("step %q in service %q ended with exit code %d\n  %s",
			text, service, failed.ExitCode, strings.ReplaceAll(failed.Stderr, "\n", "\n  "))
	}
	return fmt.Errorf("step %q in service %q: %w", text, service, err)
}

// stepDone remembers that a step has run, while its release is the one that is
// worked on.
func (t *Target) stepDone(ctx context.Context, tag, key string) error {
	s, err := t.readState(ctx)
	if err != nil || s.Tag != tag || slices.Contains(s.Steps, key) {
		return err
	}
	s.Steps = append(s.Steps, key)
	return t.writeState(ctx, s)
}
