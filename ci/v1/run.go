// Code generated from ../run.go by make update; DO NOT EDIT.

package main

import (
	"context"

	"git.example/slipway/ci/v1/internal/dagger"
	"git.example/slipway/pipelines/config"
)

// do runs a verb and decodes its result, unless that is nil. An error has an exit code for the
// dagger command line.
func (s *Slipway) do(ctx context.Context, v verb, result any) (*ended, error) {
	e, err := s.run(ctx, v)
	if err != nil {
		return nil, exitWith(exitCode(err), err)
	}
	if e.err != nil {
		return e, exitWith(e.code, e.err)
	}
	return e, e.decode(result)
}

func (s *Slipway) run(ctx context.Context, v verb) (*ended, error) {
	if err := s.chosenByHand(ctx, v); err != nil {
		return nil, err
	}
	path, err := s.configPath(ctx)
	if err != nil {
		return nil, err
	}
	c, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	environments, err := s.environments(ctx, c, path, v)
	if err != nil {
		return nil, err
	}
	if err := s.ready(c, v, environments); err != nil {
		return nil, err
	}
	container, err := s.container(ctx)
	if err != nil {
		return nil, err
	}
	targets := terraformTargets(environments, path, v)
	if container, err = s.withTerraform(ctx, container, targets); err != nil {
		return nil, err
	}
	words, container, err := s.loopbacks(ctx, container)
	if err != nil {
		return nil, err
	}
	words = append(words, "slipway", "--result-file", resultFile, "--progress", "plain", "--engine", "dagger", "--config", path)
	words = append(words, s.build()...)
	words = append(words, v.args...)
	words = append(words, v.environment(environments)...)
	if v.saved != nil {
		container, words = container.WithFile(savedPlan, v.saved), append(words, "--plan="+savedPlan)
	}
	container = container.WithNewFile(resultFile, "").WithExec(words, dagger.ContainerWithExecOpts{
		ExperimentalPrivilegedNesting: true, Expect: dagger.ReturnTypeAny,
	})
	e, err := finished(ctx, container)
	if err != nil {
		return nil, err
	}
	e.terraform = targets
	return e, nil
}

// build are the flags of what is known about the build.
func (s *Slipway) build() []string {
	var flags []string
	for _, flag := range [][2]string{
		{"--build-number", s.BuildNumber}, {"--commit", s.Commit}, {"--branch", s.Branch}, {"--git-tag", s.GitTag},
	} {
		if flag[1] != "" {
			flags = append(flags, flag[0], flag[1])
		}
	}
	return flags
}
