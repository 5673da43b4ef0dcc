package apply

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/job"
	"git.example/slipway/pipelines/deploy/compose/kept"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// defaultStepTimeout ends a step that hangs.
const defaultStepTimeout = 30 * time.Minute

// step runs one step of the release, such as a migration. Its exit code gates
// the deploy.
func (w *worker) step(ctx context.Context, s plan.Step) error {
	if err := w.session.Fence(ctx); err != nil {
		return err
	}
	run := oneOff{
		desired: w.desired, project: w.actions.Project, service: s.Service, command: s.Command,
		job: job.Job{Timeout: s.Timeout.Or(defaultStepTimeout), Tag: stack.ReleaseName(w.desired), Step: s.Key},
	}
	if err := run.run(ctx, w.jobs, w.session); err != nil {
		return err
	}
	if err := state.StepDone(ctx, w.stack, run.job.Tag, run.job.Step); err != nil {
		return err
	}
	w.state.Steps = append(w.state.Steps, s.Key)
	return nil
}

// RunStep runs one command in a new container of a service, with the image and
// the environment of d, which is what runs.
func RunStep(ctx context.Context, jobs job.Runner, d deploy.Desired, service string, words []string, s deploy.Session) error {
	if err := s.Fence(ctx); err != nil {
		return err
	}
	env, err := envfile.Read(ctx, jobs.Stack)
	if err != nil {
		return err
	}
	m, err := model.Load(ctx, jobs.Stack, d, env)
	if err != nil {
		return err
	}
	there, err := kept.Look(ctx, jobs.Stack, m.All)
	if err != nil {
		return err
	}
	files, err := m.FilesOverride()
	if err != nil {
		return err
	}
	o := stack.Overrides{Pins: m.Pins, Kept: kept.Override(kept.Staying(there)), Files: files}
	if err := jobs.Stack.WriteRelease(ctx, d, o); err != nil {
		return err
	}
	if err := hostfiles.Write(ctx, jobs.Stack, d, m.Versions); err != nil {
		return err
	}
	if err := jobs.Stack.Merge(ctx, d, m.Name); err != nil {
		return err
	}
	run := oneOff{desired: d, project: m.Name, service: service, command: words, job: job.Job{Timeout: defaultStepTimeout}}
	return run.run(ctx, jobs, s)
}

// oneOff is a command in a container of its own.
type oneOff struct {
	desired          deploy.Desired
	project, service string
	command          config.Command
	job              job.Job
}

func (o oneOff) run(ctx context.Context, jobs job.Runner, s deploy.Session) error {
	text := strings.Join(o.command, " ")
	o.job.Container = fmt.Sprintf("%s-%s-step-%s", o.project, o.service, strings.ToLower(rand.Text()[:8]))
	fmt.Fprintf(s.Log, "%s: %s\n", o.service, text)
	script := &stack.Script{}
	words := append(jobs.Stack.ComposeRelease(o.desired, o.project), "run", "--rm", "--no-deps", "-T", "--quiet-pull", "--name", o.job.Container, o.service)
	script.Line(append(words, o.command...)...)
	err := jobs.Run(ctx, jobs.Stack.InDirectory(o.desired.Variables, script), o.job, s.Log)
	var failed *command.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed) && failed.ExitCode >= 0:
		return fmt.Errorf("step %q in service %q ended with exit code %d\n  %s",
			text, o.service, failed.ExitCode, strings.ReplaceAll(failed.Stderr, "\n", "\n  "))
	}
	return fmt.Errorf("step %q in service %q: %w", text, o.service, err)
}
