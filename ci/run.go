package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"strings"

	"git.example/slipway/ci/internal/dagger"
	"git.example/slipway/pipelines/config"
)

// Where a container has the repository, and the result of the verb that it runs.
const (
	work       = "/work"
	resultFile = "/run/slipway-result.json"
)

// verb is one use of the command line.
type verb struct {
	// args are the verb and its own flags.
	args []string
	// needs are the references to secrets that it resolves, beside those of
	// registries and of environments; nil for none.
	needs func(*config.Config) []string
	// in says which environments it is for.
	in scope
	// env is the one that was named; empty for the one that the command line chooses.
	env string
	// promotes says that its release comes from another environment: from, or the
	// one that slipway.yaml says.
	promotes bool
	from     string
	// changes says that it changes something outside of the engine.
	changes bool
	// registries are used instead of theirs, unless there are none.
	registries []string
	// targets says that it reaches the targets of its environments.
	targets bool
	// terraform says that it runs the code of Terraform targets.
	terraform bool
	// only are the targets of its first environment that it reaches; all when empty.
	only []string
	// saved is a plan to apply; nil for none.
	saved *dagger.File
}

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

func (s *Slipway) run(ctx context.Context, v verb) (*ended, error) {
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

// configPath is the path of slipway.yaml in the repository. A copy of it is at
// the same path below this function's own working directory.
func (s *Slipway) configPath(ctx context.Context) (string, error) {
	found := s.Config
	if found == "" {
		there, err := s.Source.Glob(ctx, "slipway.y*ml")
		if err != nil {
			return "", fmt.Errorf("looking for slipway.yaml: %w", err)
		}
		if len(there) != 1 {
			return "", wrongUse("the source directory has no slipway.yaml at its root, or two: create one with slipway init, or name it with --config")
		}
		found = there[0]
	}
	found = strings.TrimPrefix(path.Join("/", found), "/")
	content, err := s.Source.File(found).Contents(ctx)
	if err != nil {
		return "", wrongUse("reading %s: the source directory has no such file: name it with --config", found)
	}
	if err := os.MkdirAll(path.Dir(found), 0o755); err != nil {
		return "", err
	}
	return found, os.WriteFile(found, []byte(content), 0o644)
}
