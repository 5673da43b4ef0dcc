// Code generated from ../generate.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"slices"
	"strings"

	"git.example/slipway/ci/v1/internal/dagger"
)

// A CI system.
type Ci string

const (
	// GitHub Actions.
	Github Ci = "github"
	// CircleCI.
	Circleci Ci = "circleci"
)

// ciFile is the CI file of a system.
type ciFile struct {
	system    Ci
	dir, path string
}

var ciFiles = []ciFile{
	{Github, ".github", ".github/workflows/slipway.yml"},
	{Circleci, ".circleci", ".circleci/config.yml"},
}

// byInit is how a file begins that "slipway init" wrote.
const byInit = "# Written by `slipway init"

// workspaceFile is where Dagger 1.0 has a repository's modules and environments.
const workspaceFile = "dagger.toml"

// Write the CI files anew, from slipway.yaml
//
// As "slipway init" writes them: for the systems of which the repository has a
// directory, .github or .circleci, and dagger.toml where init wrote one. A file that
// somebody else wrote is left alone. Gives the changes, to be applied.
//
// +generate
// +cache="never"
func (s *Slipway) Generate(
	ctx context.Context,
	// CI system to write the file of; those whose directory is there when omitted.
	// +optional
	ci []Ci,
	// Address of this module for CI to call; from dagger.json when omitted.
	// +optional
	module string,
) (*dagger.Changeset, error) {
	args := []string{"init", "--force"}
	var paths []string
	for _, file := range ciFiles {
		wanted, err := s.wants(ctx, file, ci)
		if err != nil {
			return nil, err
		}
		if wanted {
			args, paths = append(args, "--ci="+string(file.system)), append(paths, file.path)
		}
	}
	workspace, err := s.writesWorkspace(ctx)
	if err != nil {
		return nil, err
	}
	if workspace {
		paths = append(paths, workspaceFile)
	}
	if len(paths) == 0 {
		return dag.Directory().Changes(dag.Directory()), nil
	}
	if module != "" {
		args = append(args, "--module="+module)
	}
	e, err := s.do(ctx, verb{args: args}, nil)
	if err != nil {
		return nil, err
	}
	only := dagger.DirectoryWithDirectoryOpts{Include: paths}
	before := dag.Directory().WithDirectory(".", s.Source, only)
	after := dag.Directory().WithDirectory(".", e.container.Directory(work), only)
	return after.Changes(before), nil
}

// wants says whether a file is to be written: one that is named, or has a
// directory, and is nobody else's.
func (s *Slipway) wants(ctx context.Context, file ciFile, named []Ci) (bool, error) {
	there, err := s.Source.Glob(ctx, file.dir+"/**")
	if err != nil {
		return false, err
	}
	if len(named) > 0 && !slices.Contains(named, file.system) || len(named) == 0 && len(there) == 0 {
		return false, nil
	}
	if !slices.Contains(there, file.path) {
		return true, nil
	}
	content, err := s.Source.File(file.path).Contents(ctx)
	if err != nil {
		return false, err
	}
	if strings.HasPrefix(content, byInit) {
		return true, nil
	}
	if len(named) > 0 {
		return false, wrongUse("%s was not written by slipway init: move it away, or take over what it does with slipway init --ci %s --force", file.path, file.system)
	}
	return false, nil
}

// writesWorkspace says whether dagger.toml is to be written: where init wrote it. A
// repository that is not for Dagger 1.0 has none, and lacks none in "dagger check".
func (s *Slipway) writesWorkspace(ctx context.Context) (bool, error) {
	there, err := s.Source.Glob(ctx, workspaceFile)
	if err != nil || len(there) == 0 {
		return false, err
	}
	content, err := s.Source.File(workspaceFile).Contents(ctx)
	return strings.HasPrefix(content, byInit), err
}
