// Code generated from ../configpath.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"
)

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
			return "", s.noConfig(ctx, "")
		}
		found = there[0]
	}
	found = strings.TrimPrefix(path.Join("/", found), "/")
	content, err := s.Source.File(found).Contents(ctx)
	if err != nil {
		if there, globbed := s.Source.Exists(ctx, found); globbed == nil && !there {
			return "", s.noConfig(ctx, found)
		}
		return "", fmt.Errorf("reading %s: %w", found, err)
	}
	if err := os.MkdirAll(path.Dir(found), 0o755); err != nil {
		return "", err
	}
	return found, os.WriteFile(found, []byte(content), 0o644)
}

// noConfig says which files called slipway.yaml there are instead.
func (s *Slipway) noConfig(ctx context.Context, asked string) error {
	there, err := s.Source.Glob(ctx, "**/slipway.y*ml")
	if err != nil {
		return fmt.Errorf("looking for slipway.yaml: %w", err)
	}
	what := "the source directory has no slipway.yaml at its root, or two"
	if asked != "" {
		what = fmt.Sprintf("the source directory has no file %q", asked)
	}
	if len(there) == 0 {
		return wrongUse("%s: create one with slipway init", what)
	}
	return wrongUse("%s: name one with --config: %s", what, strings.Join(there, ", "))
}
