package pipelines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
)

// CheckOptions say which checks to run.
type CheckOptions struct {
	// Names of the checks; all of them when empty.
	Names []string
}

// CheckResult is a check that ran.
type CheckResult struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	// Reused says that the very same inputs have passed before.
	Reused   bool    `json:"reused,omitempty"`
	ExitCode int     `json:"exitCode"`
	Seconds  float64 `json:"seconds"`
	// Exported are the files brought out, relative to the project.
	Exported []string `json:"exported,omitempty"`

	// inputs is the digest of what the check ran on.
	inputs string
}

// CheckError is a check that did not pass.
type CheckError struct {
	Name     string
	ExitCode int
}

func (e *CheckError) Error() string {
	return fmt.Sprintf("check %q failed with exit code %d", e.Name, e.ExitCode)
}

// checkTimeout ends a check that names no timeout of its own.
const checkTimeout = 30 * time.Minute

// Check runs the checks on this working tree, all of them to their end, and
// brings out what they export. Images that compose checks name are built.
func (p *Project) Check(ctx context.Context, o CheckOptions) ([]CheckResult, error) {
	checks, err := p.selectChecks(o.Names)
	if err != nil {
		return nil, err
	}
	images, err := p.images(ctx)
	if err != nil {
		return nil, err
	}
	source := newBuiltImages(p, images)
	defer source.clean()
	exports, err := newExportStage(p.dir)
	if err != nil {
		return nil, err
	}
	run := checkRun{Project: p, images: source, exports: exports}
	results, err := run.all(ctx, checks)
	return results, errors.Join(err, run.exports.place())
}

func (p *Project) selectChecks(names []string) (config.Map[config.Check], error) {
	if len(names) == 0 {
		return p.Config.Checks, nil
	}
	var selected config.Map[config.Check]
	for _, name := range names {
		check, ok := p.Config.Checks.Get(name)
		if !ok {
			return nil, usage("unknown check %q: %s", name, choices("checks", p.Config.Checks.Names(), p.Config.Path))
		}
		selected = append(selected, config.Entry[config.Check]{Name: name, Value: check})
	}
	return selected, nil
}

// imageSource gives compose checks the images that the project builds.
type imageSource interface {
	// names of the images, and the repositories that a compose file may call
	// each of them by.
	names() map[string][]string
	// image waits until the image can be run.
	image(ctx context.Context, name string) (engine.Image, error)
}

// checkRun runs checks.
type checkRun struct {
	*Project
	images imageSource
	// memory is nil outside a publish.
	memory  *checkMemory
	exports *exportStage
}

// all runs the checks in parallel. With a memory, which is a publish, the
// first failure stops the others, and checks that passed on the same inputs are
// not run again; without one all run and the error holds every failure.
func (r checkRun) all(ctx context.Context, checks config.Map[config.Check]) ([]CheckResult, error) {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(checksParallel)
	results, failures := make([]CheckResult, len(checks)), make([]error, len(checks))
	for i, check := range checks {
		group.Go(func() error {
			results[i], failures[i] = r.one(groupCtx, check.Name, check.Value)
			if r.memory != nil {
				return failures[i]
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // what was stopped has no result
	}
	return results, errors.Join(failures...)
}

// one runs one check to its end or its timeout.
func (r checkRun) one(ctx context.Context, name string, check config.Check) (CheckResult, error) {
	result := CheckResult{Name: name}
	err := report.Run(ctx, r.reporter, "check "+name, func(t *report.Task) error {
		var inputs content.Hash
		if r.memory != nil {
			var err error
			if inputs, err = r.checkInputs(ctx, check, r.images, r.memory.bases); err != nil {
				return err
			}
			kept, found, err := r.memory.recall(ctx, name, check, inputs, r.exports, t)
			if err != nil || found {
				result = kept
				return err
			}
			result.inputs = string(inputs)
		}
		limit := check.Timeout.Or(checkTimeout)
		timed, cancel := context.WithTimeoutCause(ctx, limit,
			fmt.Errorf("check %q did not end within %s: raise its timeout in %s if it needs longer", name, limit, filepath.Base(r.Config.Path)))
		defer cancel()
		started := time.Now()
		log := r.redactor.Writer(t)
		ended, err := r.start(timed, name, check, log)
		err = errors.Join(err, log.Close())
		result.Seconds = time.Since(started).Seconds()
		if err != nil {
			if cause := context.Cause(timed); cause != nil && ctx.Err() == nil {
				return cause
			}
			return fmt.Errorf("running check %q: %w", name, err)
		}
		result.ExitCode, result.Passed = ended.ExitCode, ended.ExitCode == 0
		result.Exported = exported(check.Export, ended.Missing)
		r.warnMissing(name, ended.Missing)
		if !result.Passed {
			t.Detail(fmt.Sprintf("failed with exit code %d", ended.ExitCode))
			r.memory.forget(ctx, inputs)
			return &CheckError{Name: name, ExitCode: ended.ExitCode}
		}
		if r.memory != nil {
			return r.memory.keep(ctx, name, check, inputs, result, r.exports)
		}
		return nil
	})
	return result, err
}

func (r checkRun) start(ctx context.Context, name string, check config.Check, log io.Writer) (engine.Result, error) {
	plain, secret, err := r.split(ctx, check.Env)
	if err != nil {
		return engine.Result{}, err
	}
	if check.Compose != nil {
		return r.compose(ctx, name, check, plain, secret, log)
	}
	return r.container(ctx, name, check, plain, secret, log)
}

func (r checkRun) container(ctx context.Context, name string, check config.Check, env map[string]string, secret map[string]secrets.Value, log io.Writer) (engine.Result, error) {
	run := engine.Run{
		Name: name, Command: check.Run, Env: env, Secrets: secret,
		Workdir: check.Workdir, Exports: r.exports.stage(check.Export),
	}
	if check.Mount != "" {
		run.Mount = filepath.Join(r.dir, check.Mount)
	}
	if check.Build != nil {
		build, err := r.build(ctx, "check "+name, *check.Build, nil)
		if err != nil {
			return engine.Result{}, err
		}
		run.Build = &build
	} else {
		run.Image = &engine.Image{Reference: check.Image}
	}
	e, err := r.engine.get(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	if run.Build != nil {
		if err := e.Supports(ctx, *run.Build); err != nil {
			return engine.Result{}, err
		}
	}
	return e.Run(ctx, run, log)
}

func exported(paths, missing []string) []string {
	gone := map[string]bool{}
	for _, m := range missing {
		gone[m] = true
	}
	var names []string
	for _, path := range paths {
		if !gone[path] {
			names = append(names, exportName(path))
		}
	}
	return names
}

func (p *Project) warnMissing(check string, missing []string) {
	for _, path := range missing {
		p.reporter.Report(report.Notice{Level: report.Warning, Text: fmt.Sprintf("check %q left no %q to export", check, path)})
	}
}
