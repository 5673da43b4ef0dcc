package checks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
)

// one runs one check to its end or its timeout.
func (r *Runner) one(ctx context.Context, name string, check config.Check) (Result, error) {
	result := Result{Name: name}
	err := report.Run(ctx, r.workspace.Reporter, "check "+name, func(t *report.Task) error {
		var inputs content.Hash
		if r.memory != nil {
			var err error
			if inputs, err = r.inputs(ctx, check, r.memory.bases); err != nil {
				return err
			}
			kept, found, err := r.memory.recall(ctx, name, check, inputs, r.exports, t)
			if err != nil || found {
				result = kept
				return err
			}
			result.Inputs = string(inputs)
		}
		limit := check.Timeout.Or(checkTimeout)
		timed, cancel := context.WithTimeoutCause(ctx, limit,
			fmt.Errorf("check %q did not end within %s: raise its timeout in %s if it needs longer", name, limit, filepath.Base(r.workspace.Config.Path)))
		defer cancel()
		started := time.Now()
		log := r.workspace.Redactor.Writer(t)
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
			return &Failed{Name: name, ExitCode: ended.ExitCode}
		}
		if r.memory != nil {
			return r.memory.keep(ctx, name, check, inputs, result, r.exports)
		}
		return nil
	})
	return result, err
}

func (r *Runner) start(ctx context.Context, name string, check config.Check, log io.Writer) (engine.Result, error) {
	plain, secret, err := r.workspace.Split(ctx, check.Env)
	if err != nil {
		return engine.Result{}, err
	}
	if check.Compose != nil {
		return r.compose(ctx, name, check, plain, secret, log)
	}
	return r.container(ctx, name, check, plain, secret, log)
}

func (r *Runner) container(ctx context.Context, name string, check config.Check, env map[string]string, secret map[string]secrets.Value, log io.Writer) (engine.Result, error) {
	run := engine.Run{
		Name: name, Command: check.Run, Env: env, Secrets: secret,
		Workdir: check.Workdir, Exports: r.exports.reserve(check.Export),
	}
	if check.Mount != "" {
		run.Mount = r.workspace.Path(check.Mount)
		if err := r.workspace.Inside(run.Mount); err != nil {
			return engine.Result{}, err
		}
	}
	if check.Build != nil {
		build, err := r.catalog.Spec(ctx, "check "+name, *check.Build, nil)
		if err != nil {
			return engine.Result{}, err
		}
		run.Build = &build
	} else {
		run.Image = &engine.Image{Reference: check.Image}
	}
	e, err := r.workspace.Engine.Get(ctx)
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

func (r *Runner) warnMissing(check string, missing []string) {
	for _, path := range missing {
		r.workspace.Notice(report.Warning, "check %q left no %q to export", check, path)
	}
}
