package pipelines

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
)

// stage is an environment with its targets ready to be used.
type stage struct {
	project  *Project
	name     string
	config   config.Environment
	registry destination
	journal  *journal.Journal
	targets  []staged
	// hosts behind SSH, by name.
	hosts sshHosts
}

// staged is one target of a stage.
type staged struct {
	deploy.Target
	kind kind
}

// stage readies the targets of an environment; only names some of them, all
// when it is empty.
func (p *Project) stage(ctx context.Context, e config.Entry[config.Environment], only []string) (*stage, error) {
	if len(e.Value.Deploy) == 0 {
		return nil, nothingToDeploy(e, p.Config)
	}
	if err := checkOnly(e, only); err != nil {
		return nil, err
	}
	registry, err := p.destination(ctx, e.Value.Registry)
	if err != nil {
		return nil, err
	}
	s := p.newStage(e)
	s.registry = registry
	if s.journal, err = s.journalOf(ctx); err != nil {
		return nil, err
	}
	for _, t := range e.Value.Deploy {
		if len(only) > 0 && !slices.Contains(only, t.Name) {
			continue
		}
		k := kindOf(t.Value)
		target, err := k.target(ctx, s, t.Name)
		if err != nil {
			return nil, fmt.Errorf("target %q: %w", t.Name, err)
		}
		s.targets = append(s.targets, staged{target, k})
	}
	return s, nil
}

// checkOnly wants the environment to have every target that is named.
func checkOnly(e config.Entry[config.Environment], only []string) error {
	for _, name := range only {
		if _, ok := e.Value.Deploy.Get(name); !ok {
			return usage("unknown target %q: %s", name, choices("targets", e.Value.Deploy.Names(), "environment "+e.Name))
		}
	}
	return nil
}

// desired is what each target should run of a release, with today's secrets
// and logins.
func (p *Project) desired(ctx context.Context, s *stage, record release.Record, files map[string][]byte) ([]rollout.Item, error) {
	items, err := p.complete(ctx, s, record, files)
	if err != nil {
		return nil, err
	}
	for i, target := range s.targets {
		if err := target.kind.today(ctx, s, &items[i].Desired); err != nil {
			return nil, fmt.Errorf("target %q: %w", target.Name(), err)
		}
	}
	return items, nil
}

// complete is what each target should run of a release, without secrets and
// logins.
func (p *Project) complete(ctx context.Context, s *stage, record release.Record, files map[string][]byte) ([]rollout.Item, error) {
	images := map[string]deploy.Image{}
	for name, image := range record.Images {
		accepted := []string{image.Digest}
		for _, digest := range image.Platforms {
			accepted = append(accepted, digest)
		}
		slices.Sort(accepted)
		images[name] = deploy.Image{
			Reference: s.registry.recorded(record, name) + "@" + image.Digest,
			Accepted:  slices.Compact(accepted),
		}
	}
	texts := map[string]string{}
	for name, content := range files {
		texts[name] = string(content)
	}
	var items []rollout.Item
	for _, target := range s.targets {
		d := deploy.Desired{
			Project: record.Project, Environment: s.name, Release: record, Images: images, Files: texts,
			Variables: deploy.Variables(record.Tag, s.name, s.registry.prefix(), images),
		}
		if err := target.kind.complete(ctx, s, &d); err != nil {
			return nil, fmt.Errorf("target %q: %w", target.Name(), err)
		}
		items = append(items, rollout.Item{Target: target.Target, Desired: d})
	}
	return items, nil
}

// login is what a host pulls with; nil when nothing is configured.
func (d destination) login(ctx context.Context) (*deploy.Login, error) {
	auth, err := d.auth(ctx)
	if err != nil || auth == nil {
		return nil, err
	}
	return &deploy.Login{Registry: d.config.Host(), Username: auth.Username, Password: auth.Password}, nil
}

// prefix is what comes before a repository's name in the registry: host and
// namespace.
func (d destination) prefix() string {
	return strings.TrimSuffix(d.config.Repository("", "", config.Image{Repository: "x"}), "/x")
}

// holder is who this run is, for the lock and the history.
func (p *Project) holder() journal.Holder {
	user := p.Info.Actor
	if user == "" {
		user, _ = p.lookup("USER")
	}
	return journal.Holder{User: user, RunURL: p.Info.RunURL}
}

// deployment is a deploy to s of what the items want.
func (p *Project) deployment(s *stage, tag string, items []rollout.Item, wait time.Duration) rollout.Deployment {
	d := rollout.Deployment{Journal: s.journal, Tag: tag, Targets: items, By: p.holder(), Wait: wait, Reporter: p.reporter, Redact: p.redactor.String}
	for _, target := range s.targets {
		d.Keep = max(d.Keep, target.kind.keep())
	}
	return d
}

// current are the targets with the secrets and logins of today, for verbs that
// take everything else from the journal.
func (p *Project) current(ctx context.Context, s *stage) ([]rollout.Item, error) {
	var items []rollout.Item
	for _, target := range s.targets {
		var d deploy.Desired
		if err := target.kind.today(ctx, s, &d); err != nil {
			return nil, fmt.Errorf("target %q: %w", target.Name(), err)
		}
		items = append(items, rollout.Item{Target: target.Target, Desired: d})
	}
	return items, nil
}
