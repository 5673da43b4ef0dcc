package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/slipwayhq/slipway/pipelines"
	"github.com/slipwayhq/slipway/pipelines/config"
	"github.com/slipwayhq/slipway/pipelines/release"
)

// verb is one use of the project.
type verb struct {
	// needs are the references to secrets that it resolves; nil for none.
	needs func(*config.Config) []string
	run   func(*pipelines.Project) error
}

// do opens the project in this function's container and runs one verb. An error
// has no secrets in its text, and an exit code for the dagger command line.
func (s *Slipway) do(ctx context.Context, v verb) error {
	err := s.open(ctx, v)
	if err == nil {
		return nil
	}
	return exitWith(exitCode(err), err)
}

func (s *Slipway) open(ctx context.Context, v verb) error {
	// The function's own container has an empty working directory.
	if _, err := s.Source.Export(ctx, "."); err != nil {
		return fmt.Errorf("copying the repository: %w", err)
	}
	path, err := s.configPath()
	if err != nil {
		return err
	}
	env, err := s.environment(ctx)
	if err != nil {
		return err
	}
	if err := env.complete(path, v.needs); err != nil {
		return err
	}
	logins, err := s.logins(ctx)
	if err != nil {
		return err
	}
	stop, err := s.forward(ctx)
	if err != nil {
		return err
	}
	defer stop()
	project, err := pipelines.Open(ctx, pipelines.Options{
		Config: path, Lookup: env.lookup, Logins: logins, Engine: pipelines.DaggerEngine, NoEmbedded: true,
		Overrides: release.Overrides{Build: s.BuildNumber, Commit: s.Commit, Branch: s.Branch, GitTag: s.GitTag},
		Reporter:  newSpans(ctx),
	})
	if err != nil {
		return err
	}
	err = errors.Join(v.run(project), project.Close())
	return sameKind{project.Redact(err), err}.orNil()
}

func (s *Slipway) configPath() (string, error) {
	if s.Config != "" {
		return s.Config, nil
	}
	path, err := config.Find(".")
	if err != nil {
		return "", wrongUse("the source directory has no slipway.yaml at its root: create one, or name it with --config")
	}
	return path, nil
}

// sameKind shows a text without secrets and keeps the kind of an error, which
// decides on the exit code.
type sameKind struct {
	error
	cause error
}

func (e sameKind) Unwrap() error { return e.cause }

func (e sameKind) orNil() error {
	if e.cause == nil {
		return nil
	}
	return e
}
