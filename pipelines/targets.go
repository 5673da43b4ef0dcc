package pipelines

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/slipwayhq/slipway/pipelines/config"
	"github.com/slipwayhq/slipway/pipelines/deploy"
	"github.com/slipwayhq/slipway/pipelines/deploy/compose"
	"github.com/slipwayhq/slipway/pipelines/release"
	"github.com/slipwayhq/slipway/pipelines/secrets"
)

// stage is an environment with its targets ready to be used.
type stage struct {
	name     string
	config   config.Environment
	registry destination
	journal  *deploy.Journal
	targets  []deploy.Target
	stacks   map[string]config.ComposeTarget
}

// stage readies the targets of an environment; only names some of them, all
// when it is empty.
func (p *Project) stage(ctx context.Context, e config.Entry[config.Environment], only []string) (*stage, error) {
	if len(e.Value.Deploy) == 0 {
		return nil, usage("environment %q has nothing to deploy to: add targets under environments.%s.deploy in %s", e.Name, e.Name, p.Config.Path)
	}
	if err := checkOnly(e, only); err != nil {
		return nil, err
	}
	registry, err := p.destination(ctx, e.Value.Registry)
	if err != nil {
		return nil, err
	}
	s := &stage{name: e.Name, config: e.Value, registry: registry, stacks: map[string]config.ComposeTarget{}}
	host := deploy.LocalHost{}
	for _, target := range e.Value.Deploy {
		c := target.Value.Compose
		dir := absolute(p.dir, c.Path)
		if s.journal == nil {
			s.journal = deploy.NewJournal(host, compose.JournalDir(dir, e.Name), deploy.LeaseTimes{})
		}
		if len(only) > 0 && !slices.Contains(only, target.Name) {
			continue
		}
		s.stacks[target.Name] = *c
		s.targets = append(s.targets, compose.New(compose.Options{
			Name: target.Name, Host: host, Dir: dir, State: compose.StateDir(dir, e.Name, target.Name), Config: *c,
		}))
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

// desired is what each target should run of a release.
func (p *Project) desired(ctx context.Context, s *stage, record release.Record, files map[string][]byte) ([]deploy.Item, error) {
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
	login, err := s.registry.login(ctx)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for name, content := range files {
		texts[name] = string(content)
	}
	var items []deploy.Item
	for _, target := range s.targets {
		c := s.stacks[target.Name()]
		env, err := p.envFile(c)
		if err != nil {
			return nil, fmt.Errorf("target %q: %w", target.Name(), err)
		}
		items = append(items, deploy.Item{Target: target, Desired: deploy.Desired{
			Project: record.Project, Environment: s.name, Release: record, Images: images,
			Files: texts, Main: cleaned(c.File), Login: login, Env: env,
			Variables: deploy.Variables(record.Tag, s.name, s.registry.prefix(), images),
		}})
	}
	return items, nil
}

// envFile are the values of a target's env file; nil when it has none.
func (p *Project) envFile(c config.ComposeTarget) (map[string]secrets.Value, error) {
	if c.Env == nil {
		return nil, nil
	}
	plain, values, err := p.split(c.Env.Set)
	if err != nil {
		return nil, err
	}
	for key, value := range plain {
		values[key] = secrets.NewValue(value)
	}
	return values, nil
}

func cleaned(files []string) []string {
	paths := make([]string, len(files))
	for i, file := range files {
		paths[i] = filepath.ToSlash(filepath.Clean(file))
	}
	return paths
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
func (p *Project) holder() deploy.Holder {
	user := p.Info.Actor
	if user == "" {
		user, _ = p.lookup("USER")
	}
	return deploy.Holder{User: user, RunURL: p.Info.RunURL}
}

// deployment is a deploy to s of what the items want.
func (p *Project) deployment(s *stage, tag string, items []deploy.Item, wait time.Duration) deploy.Deployment {
	d := deploy.Deployment{Journal: s.journal, Tag: tag, Targets: items, By: p.holder(), Wait: wait, Reporter: p.reporter, Redact: p.redactor.String}
	for _, c := range s.stacks {
		d.Keep = max(d.Keep, c.Keep)
	}
	return d
}

// current are the targets with the env values and the login of today, for
// verbs that take everything else from the journal.
func (p *Project) current(ctx context.Context, s *stage) ([]deploy.Item, error) {
	login, err := s.registry.login(ctx)
	if err != nil {
		return nil, err
	}
	var items []deploy.Item
	for _, target := range s.targets {
		env, err := p.envFile(s.stacks[target.Name()])
		if err != nil {
			return nil, fmt.Errorf("target %q: %w", target.Name(), err)
		}
		items = append(items, deploy.Item{Target: target, Desired: deploy.Desired{Env: env, Login: login}})
	}
	return items, nil
}
