// Code generated from ../ended.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"encoding/json"
	"fmt"

	"git.example/slipway/ci/v1/internal/dagger"
	"git.example/slipway/pipelines/config"
)

// ended is a verb that has run.
type ended struct {
	container *dagger.Container
	// terraform are the Terraform targets that it ran the code of, their
	// directories from the repository's root.
	terraform []config.TerraformTarget
	code      int
	// text is its result to read, json the same as JSON; empty where none came to be.
	text, json string
	err        error
}

// decode reads the result. There is nothing of one that did not come to be.
func (e *ended) decode(result any) error {
	if e.json == "" || result == nil {
		return nil
	}
	if err := json.Unmarshal([]byte(e.json), result); err != nil {
		return fmt.Errorf("reading the result of slipway: %w", err)
	}
	return nil
}

// finished is a container in which the command line has run.
func finished(ctx context.Context, container *dagger.Container) (*ended, error) {
	container, err := container.Sync(ctx)
	if err != nil {
		return nil, fmt.Errorf("running slipway: %w", err)
	}
	e := &ended{container: container}
	if e.code, err = e.container.ExitCode(ctx); err != nil {
		return nil, err
	}
	if e.text, err = e.container.Stdout(ctx); err != nil {
		return nil, err
	}
	if e.json, err = e.container.File(resultFile).Contents(ctx); err != nil || e.code == 0 {
		return e, err
	}
	stderr, err := e.container.Stderr(ctx)
	if err != nil {
		return nil, err
	}
	e.err = said(e.text, stderr, e.code)
	return e, nil
}
