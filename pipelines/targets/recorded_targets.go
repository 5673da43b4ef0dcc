package targets

import (
	"cmp"
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
	if err := s.refuseForeign(wanted, s.placesOf(ctx, kinds)); err != nil {
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
		is, isLive := live[name]
		if !isLive {
			is = wanted[name]
		}
		k, err := s.recordedKind(ctx, name, wanted[name], is)
		if err != nil {
			return nil, err
		}
		if err := opened.add(ctx, name, k.kind); err != nil {
			return nil, err
		}
		opened.Targets[len(opened.Targets)-1].configured = k.configured
	}
	return opened, nil
}

// recorded is a kind of target, and the slipway.yaml that says where it is.
type recorded struct {
	kind       kind
	configured string
}

// recordedKind is the target called name of the kind that wanted is of, where it is
// live, if it is live as that kind.
func (s *site) recordedKind(ctx context.Context, name string, wanted, live deploy.Desired) (recorded, error) {
	file := filepath.Base(s.workspace.Config.Path)
	current, configured := s.config.Deploy.Get(name)
	was, text := s.recordedTarget(name, wanted)
	switch {
	case was == nil && configured:
		return recorded{kindOf(current), ""}, nil // such as a stack that was adopted
	case was == nil:
		return recorded{}, fmt.Errorf("target %q: it is not in %s, and its deploy did not record where it is: put it back there", name, file)
	}
	if is, where := s.recordedTarget(name, live); is != nil && sameKind(*is, *was) {
		was, text = is, where
	}
	switch {
	case !configured:
		s.workspace.Notice(report.Info, "target %q is not in %s any more; it is as it was deployed", name, file)
		return recorded{kindOf(*was), text}, nil
	case !sameKind(current, *was):
		s.workspace.Notice(report.Info, "target %q is of another kind in %s now; it is as it was deployed", name, file)
		return recorded{kindOf(*was), text}, nil
	}
	k := kindOf(current)
	there := k.at(*was)
	is, err := there.place(ctx, s)
	if err != nil {
		return recorded{}, fmt.Errorf("target %q: %w", name, err)
	}
	if says, err := k.place(ctx, s); err == nil && says != is {
		s.workspace.Notice(report.Info, "target %q is at %s, where it was deployed; %s has it at %s now", name, is, file, says)
	}
	return recorded{there, text}, nil
}

// recordedTarget is a target as a deploy had it, and the slipway.yaml that says so.
func (s *site) recordedTarget(name string, d deploy.Desired) (*config.Target, string) {
	text := cmp.Or(d.Configured, d.Files[filepath.Base(s.workspace.Config.Path)])
	return s.configured(name, text), text
}

func sameKind(a, b config.Target) bool { return reflect.TypeOf(kindOf(a)) == reflect.TypeOf(kindOf(b)) }

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

// refuseForeign is the error when the journal is another project's: two that keep
// theirs in one directory, such as folders beside each other that are synced. One
// with a target in one of these places is this project's under another name.
func (s *site) refuseForeign(snapshot Snapshot, places []string) error {
	var foreign error
	for _, name := range slices.Sorted(maps.Keys(snapshot)) {
		d := snapshot[name]
		if d.Place == "" || d.Project == s.workspace.Config.Project || slices.Contains(places, d.Place) {
			return nil
		}
		foreign = fmt.Errorf("reading the journal of %q: the one in %q is of project %q, whose target %q is at %s: give this environment one of its own with journal: in slipway.yaml, or another path",
			s.name, s.dir, d.Project, name, d.Place)
	}
	return foreign
}

// placesOf are where targets of these kinds are, as far as that can be told.
func (s *site) placesOf(ctx context.Context, kinds []kind) []string {
	var places []string
	for _, k := range kinds {
		if place, err := k.place(ctx, s); err == nil && place != "" {
			places = append(places, place)
		}
	}
	return places
}
