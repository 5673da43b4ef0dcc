package terraform

import (
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// applier applies one plan.
type applier struct {
	options Options
	module  module
	tags    tagger
	launch  launch
	session deploy.Session
}

// apply applies what a describes as Target.Apply says.
func (w applier) apply(ctx context.Context, d deploy.Desired, a actions) error {
	s := w.session
	if err := s.Fence(ctx); err != nil {
		return err
	}
	program, err := w.launch(ctx, s.Log)
	if err != nil {
		return err
	}
	m, err := w.pinnedMap(a)
	if err != nil {
		return err
	}
	if _, err := w.tags.digests(ctx, d); err != nil {
		return err
	}
	fresh, err := program.makePlan(ctx, m, a.Tags, s.Log)
	if err != nil {
		return err
	}
	defer fresh.remove()
	if different := differences(a.Changes, fresh.changes); len(different) > 0 {
		return fmt.Errorf("the plan is out of date: what it changes is now another thing at %s; look at a new plan, and deploy again (a value that differs in every plan, such as plantimestamp(), needs ignore_changes)",
			strings.Join(different, ", "))
	}
	if err := w.writeMap(ctx, a); err != nil {
		return err
	}
	if err := s.Fence(ctx); err != nil {
		return err
	}
	return program.run(ctx, s.Log, fresh.dir, w.applyArgs(program, fresh)...)
}

func (w applier) applyArgs(p *program, plan madePlan) []string {
	args := []string{"apply", "-input=false", "-no-color", "-lock-timeout=" + w.module.lockTimeout().String()}
	if w.options.NoTfvars && p.name == "tofu" {
		// OpenTofu compares a plan's variables with those it is given, and the map in
		// the directory has other tags.
		args = append(args, "-var-file="+plan.tags())
	}
	return append(args, plan.file())
}

// pinnedMap is the tag map, which has to be the one that the plan saw.
func (w applier) pinnedMap(a actions) (*tagMap, error) {
	m, err := w.module.readMap()
	if err != nil {
		return nil, err
	}
	if m.hash() != a.Map {
		return nil, fmt.Errorf("tag map %q was edited since the plan: look at a new plan, and deploy again", w.module.shown())
	}
	return m, nil
}

// writeMap writes the tags. The file is whole at any time, and what else is in it
// stays.
func (w applier) writeMap(ctx context.Context, a actions) error {
	s := w.session
	if w.options.NoTfvars {
		return nil
	}
	m, err := w.pinnedMap(a)
	if err != nil {
		return err
	}
	content, err := m.with(a.Tags)
	if err != nil {
		return fmt.Errorf("writing tag map %q: %w", w.module.shown(), err)
	}
	if err := s.Fence(ctx); err != nil || string(content) == string(m.data) {
		return err
	}
	path, mode, err := w.module.realMapFile()
	if err == nil {
		err = deploy.LocalHost{}.WriteFile(ctx, path, content, mode)
	}
	if err != nil {
		return fmt.Errorf("writing tag map %q: %w", w.module.shown(), err)
	}
	fmt.Fprintf(s.Log, "wrote %s\n", w.module.shown())
	return nil
}
