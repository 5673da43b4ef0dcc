package targets

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/sshconfig"
	"git.example/slipway/pipelines/workspace"
)

// Environments open the environments of a workspace. Close them to end the
// connections to their hosts.
type Environments struct {
	workspace  *workspace.Workspace
	registries *published.Registries
	pool       *ssh.Pool
	// dry says that targets which are opened are only planned.
	dry bool
	// found are journals that are not where slipway.yaml has them, by environment.
	// Several environments may be looked at once.
	finding sync.Mutex
	found   map[string]location
}

// New opens environments of a workspace. Nothing is connected yet.
func New(w *workspace.Workspace, registries *published.Registries) *Environments {
	return &Environments{workspace: w, registries: registries, pool: ssh.NewPool(), found: map[string]location{}}
}

// Dry has targets that are opened from now on leave everything as it is, also what a
// deploy's own plan would write into the checkout.
func (e *Environments) Dry() { e.dry = true }

// Close ends the connections.
func (e *Environments) Close() error { return e.pool.Close() }

// Open readies the targets of an environment; only names some of them, all when
// it is empty. It connects to nothing.
func (e *Environments) Open(ctx context.Context, environment config.Entry[config.Environment], only []string) (*Environment, error) {
	if err := CheckOnly(environment, only); err != nil {
		return nil, err
	}
	s, kinds, err := e.site(ctx, environment)
	if err != nil {
		return nil, err
	}
	if s.registry, err = e.registries.Destination(ctx, environment.Value.Registry); err != nil {
		return nil, err
	}
	opened := &Environment{Name: s.name, Config: s.config, Registry: s.registry, Journal: s.journal, site: s, kinds: kinds}
	for i, t := range environment.Value.Deploy {
		if len(only) > 0 && !slices.Contains(only, t.Name) {
			continue
		}
		if err := opened.add(ctx, t.Name, kinds[i]); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// FindJournal looks for the journal where the environment was before, when there is
// nothing where slipway.yaml has it. It takes connected hosts.
func (e *Environments) FindJournal(ctx context.Context, opened *Environment) error {
	before := opened.site.journal
	if err := e.findJournal(ctx, opened.site, opened.kinds); err != nil || opened.site.journal == before {
		return err
	}
	opened.Journal = opened.site.journal
	targets := opened.Targets
	opened.Targets = nil
	for _, target := range targets { // some keep something beside the journal
		if err := opened.add(ctx, target.Name(), target.kind); err != nil {
			return err
		}
	}
	return nil
}

// Journal is the journal of an environment. None of its secrets are read, and
// none of its hosts but the one that has the journal.
func (e *Environments) Journal(ctx context.Context, environment config.Entry[config.Environment]) (*journal.Journal, error) {
	s, kinds, err := e.site(ctx, environment)
	if err != nil {
		return nil, err
	}
	err = e.findJournal(ctx, s, kinds)
	return s.journal, err
}

// site is an environment that has something to deploy to, with its journal.
func (e *Environments) site(ctx context.Context, environment config.Entry[config.Environment]) (*site, []kind, error) {
	if len(environment.Value.Deploy) == 0 {
		return nil, nil, workspace.Usage("environment %q has nothing to deploy to: add targets under environments.%s.deploy in %s",
			environment.Name, environment.Name, e.workspace.Config.Path)
	}
	s := e.bare(environment)
	kinds := kindsOf(environment.Value)
	return s, kinds, s.openJournal(ctx, kinds)
}

// bare is an environment whose journal nobody has looked for.
func (e *Environments) bare(environment config.Entry[config.Environment]) *site {
	return &site{
		workspace: e.workspace, dry: e.dry, name: environment.Name, config: environment.Value,
		pool: e.pool, hosts: map[string]*ssh.Host{}, approach: approach{e.workspace, map[string]*sshconfig.Config{}},
	}
}

// CheckOnly wants the environment to have every target that is named.
func CheckOnly(e config.Entry[config.Environment], only []string) error {
	for _, name := range only {
		if _, ok := e.Value.Deploy.Get(name); !ok {
			return workspace.Usage("unknown target %q: %s", name, workspace.Choices("targets", e.Value.Deploy.Names(), "environment "+e.Name))
		}
	}
	return nil
}

// add readies the target called name.
func (e *Environment) add(ctx context.Context, name string, k kind) error {
	target, err := k.target(ctx, e.site, name)
	if err != nil {
		return fmt.Errorf("target %q: %w", name, err)
	}
	place, err := k.place(ctx, e.site)
	if err != nil {
		return fmt.Errorf("target %q: %w", name, err)
	}
	e.Targets = append(e.Targets, Target{Target: target, Place: place, kind: k})
	return nil
}
