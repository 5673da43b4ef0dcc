package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// Apply makes a fresh plan, refuses when it is not the one that p describes,
// writes the tag map, and applies exactly the fresh plan.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	var a actions
	if err := json.Unmarshal(p.Actions, &a); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.Name(), err)
	}
	if err := s.Fence(ctx); err != nil {
		return err
	}
	program, err := t.program(ctx, s.Log)
	if err != nil {
		return err
	}
	m, err := t.pinnedMap(a)
	if err != nil {
		return err
	}
	if err := t.checkTags(ctx, d); err != nil {
		return err
	}
	fresh, err := t.makePlan(ctx, program, m, a.Tags, s.Log)
	if err != nil {
		return err
	}
	defer fresh.remove()
	if different := differences(a.Changes, fresh.changes); len(different) > 0 {
		return fmt.Errorf("the plan is out of date: what it changes is now another thing at %s; look at a new plan, and deploy again (a value that differs in every plan, such as plantimestamp(), needs ignore_changes)",
			strings.Join(different, ", "))
	}
	if err := t.writeMap(ctx, a, s); err != nil {
		return err
	}
	if err := s.Fence(ctx); err != nil {
		return err
	}
	return t.run(ctx, program, s.Log, fresh.dir, t.applyArgs(program, fresh)...)
}

func (t *Target) applyArgs(p *program, plan madePlan) []string {
	args := []string{"apply", "-input=false", "-no-color", "-lock-timeout=" + t.lockTimeout().String()}
	if t.NoTfvars && p.name == "tofu" {
		// OpenTofu compares a plan's variables with those it is given, and the map in
		// the directory has other tags.
		args = append(args, "-var-file="+plan.tags())
	}
	return append(args, plan.file())
}

// pinnedMap is the tag map, which has to be the one that the plan saw.
func (t *Target) pinnedMap(a actions) (*tagMap, error) {
	m, err := t.readMap()
	if err != nil {
		return nil, err
	}
	if m.hash() != a.Map {
		return nil, fmt.Errorf("tag map %q was edited since the plan: look at a new plan, and deploy again", t.shown())
	}
	return m, nil
}

// writeMap writes the tags. The file is whole at any time, and what else is in it
// stays.
func (t *Target) writeMap(ctx context.Context, a actions, s deploy.Session) error {
	if t.NoTfvars {
		return nil
	}
	m, err := t.pinnedMap(a)
	if err != nil {
		return err
	}
	content, err := m.with(a.Tags)
	if err != nil {
		return fmt.Errorf("writing tag map %q: %w", t.shown(), err)
	}
	if err := s.Fence(ctx); err != nil || string(content) == string(m.data) {
		return err
	}
	path, mode, err := t.mapTarget()
	if err == nil {
		err = deploy.LocalHost{}.WriteFile(ctx, path, content, mode)
	}
	if err != nil {
		return fmt.Errorf("writing tag map %q: %w", t.shown(), err)
	}
	fmt.Fprintf(s.Log, "wrote %s\n", t.shown())
	return nil
}

// mapTarget is the file to replace, behind symbolic links, and its mode.
func (t *Target) mapTarget() (string, fs.FileMode, error) {
	path, err := filepath.EvalSymlinks(t.mapFile())
	if errors.Is(err, fs.ErrNotExist) {
		return t.mapFile(), 0o644, nil
	}
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	return path, info.Mode().Perm(), nil
}
