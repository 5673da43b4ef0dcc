package targets

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// Snapshot is what a deploy wanted of each target, as the journal has it.
type Snapshot map[string]deploy.Desired

// Recorded readies the targets of a snapshot: each as slipway.yaml has it now, but
// where it is live. One that was renamed, removed or moved in slipway.yaml since is
// still reached, and that is said. Only names some of them, all when it is empty.
func (e *Environments) Recorded(ctx context.Context, environment config.Entry[config.Environment], wanted, live Snapshot, only []string) (*Environment, error) {
	s, kinds, err := e.site(ctx, environment)
	if err != nil {
		return nil, err
	}
	if err := e.findJournal(ctx, s, kinds); err != nil {
		return nil, err
	}
	if s.registry, err = e.registries.Destination(ctx, environment.Value.Registry); err != nil {
		return nil, err
	}
	opened := &Environment{Name: s.name, Config: s.config, Registry: s.registry, Journal: s.journal, site: s}
	names := wanted.inOrder(environment.Value.Deploy.Names())
	if err := checkRecorded(s, names, only); err != nil {
		return nil, err
	}
	for _, name := range names {
		if len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		where, is := live[name]
		if !is {
			where = wanted[name]
		}
		k, err := s.recordedKind(ctx, name, where)
		if err != nil {
			return nil, err
		}
		if err := opened.add(ctx, name, k); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// recordedKind is the target called name, where a deploy had it.
func (s *site) recordedKind(ctx context.Context, name string, where deploy.Desired) (kind, error) {
	file := filepath.Base(s.workspace.Config.Path)
	recorded := s.configured(name, where.Files)
	current, configured := s.config.Deploy.Get(name)
	switch {
	case recorded == nil && configured:
		return kindOf(current), nil // such as a stack that was adopted
	case recorded == nil:
		return nil, fmt.Errorf("target %q: it is not in %s, and its deploy did not record where it is: put it back there", name, file)
	case !configured:
		s.workspace.Notice(report.Info, "target %q is not in %s any more; it is as it was deployed", name, file)
		return kindOf(*recorded), nil
	case reflect.TypeOf(kindOf(current)) != reflect.TypeOf(kindOf(*recorded)):
		s.workspace.Notice(report.Info, "target %q is of another kind in %s now; it is as it was deployed", name, file)
		return kindOf(*recorded), nil
	}
	k := kindOf(current)
	there := k.at(*recorded)
	is, err := there.place(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", name, err)
	}
	if says, err := k.place(ctx, s); err == nil && says != is {
		s.workspace.Notice(report.Info, "target %q is at %s, where it was deployed; %s has it at %s now", name, is, file, says)
	}
	return there, nil
}

// inOrder are the targets of a snapshot: first those that slipway.yaml has, in its
// order.
func (s Snapshot) inOrder(configured []string) []string {
	var names []string
	for _, name := range append(slices.Clone(configured), slices.Sorted(maps.Keys(s))...) {
		if _, is := s[name]; is && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// checkRecorded wants the snapshot to have every target that is named.
func checkRecorded(s *site, names, only []string) error {
	for _, name := range only {
		if !slices.Contains(names, name) {
			return workspace.Usage("unknown target %q: %s", name, workspace.Choices("targets", names, "environment "+s.name+", as it was deployed,"))
		}
	}
	return nil
}
