// Package pipelines is the library behind the Dagger module and the command
// line: one Project, and a method for each verb.
package pipelines

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
)

// Options open a project.
type Options struct {
	// Config is the path of slipway.yaml; found upwards from Dir when empty.
	Config string
	// Dir is where to start; the current directory when empty.
	Dir string
	// Lookup reads the environment. Nothing else in the library does.
	Lookup release.Lookup
	// Overrides replace what CI or git say about the build.
	Overrides release.Overrides
	// Engine is auto, docker or dagger. auto when empty.
	Engine EngineChoice
	// Logins by registry host; they go before every other source.
	Logins map[string]registry.Login
	// NoEmbedded refuses embedded registries: for where no disk outlives the run.
	NoEmbedded bool
	// Reporter takes progress; nobody when nil.
	Reporter report.Reporter
}

// Project is one repository with its slipway.yaml, opened for its verbs.
// Close it to end the engine's session, the embedded registry and connections.
type Project struct {
	Config *config.Config
	// Info is the build: its number, commit and branch. It is empty where no
	// commit was found, which stops just the verbs that need one.
	Info release.Info

	noCommit error
	dir      string
	lookup   release.Lookup
	repo     *git.Repository
	reporter report.Reporter
	redactor *secrets.Redactor
	secrets  secrets.Resolver
	hasher   *content.Hasher
	registry *registry.Client
	aws      *aws.Sessions
	engine   *engineSource
	embedded *embeddedServers
	ssh      *ssh.Pool

	bakeOnce sync.Once
	baked    config.Map[config.Image]
	bakeErr  error
}

// Open reads slipway.yaml and the state of the repository. It starts nothing.
func Open(ctx context.Context, o Options) (*Project, error) {
	if o.Reporter == nil {
		o.Reporter = report.Discard
	}
	cfg, err := load(o)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(cfg.Path)
	repo, info, noCommit := detect(ctx, dir, cfg, o)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for _, note := range info.Notes {
		o.Reporter.Report(report.Notice{Level: report.Info, Text: note})
	}
	redactor := secrets.NewRedactor()
	reporter := secrets.RedactReporter(o.Reporter, redactor)
	p := &Project{
		Config: cfg, Info: info, noCommit: noCommit,
		dir: dir, lookup: o.Lookup, repo: repo, reporter: reporter, redactor: redactor,
		secrets: secrets.Resolver{Lookup: o.Lookup, Dir: dir},
		hasher:  content.NewHasher(),
	}
	p.aws = aws.New(o.Lookup, aws.Run{Project: cfg.Project, ID: info.Build, Commit: info.Commit, Actor: info.Actor, CI: info.CI})
	p.aws.Reporter = reporter
	p.secrets.AWS = func(ctx context.Context, ref string) (secrets.Value, error) {
		return (&awsSecrets{project: p, read: map[string]string{}}).reference(ctx, ref)
	}
	logins, err := p.logins(ctx)
	if err != nil {
		return nil, err
	}
	for host, login := range o.Logins {
		redactor.Add(login.Password)
		logins[host] = login
	}
	p.registry = registry.New(registry.Options{Lookup: o.Lookup, Reporter: reporter, Logins: logins, Provider: p.ecrLogin, Insecure: insecureHosts(cfg)})
	if p.engine, err = newEngineSource(o.Engine, o.Lookup, reporter); err != nil {
		return nil, err
	}
	p.ssh = ssh.NewPool()
	p.embedded = &embeddedServers{lookup: o.Lookup, dir: dir, refused: o.NoEmbedded}
	return p, nil
}

// Close ends what the verbs started.
func (p *Project) Close() error {
	return errors.Join(p.engine.close(), p.embedded.close(), p.ssh.Close())
}

// Redact removes every secret that this run has resolved from err's text; its
// kind stays.
func (p *Project) Redact(err error) error { return p.redactor.Error(err) }

// RedactText removes every secret that this run has resolved from text.
func (p *Project) RedactText(text string) string { return p.redactor.String(text) }

func load(o Options) (*config.Config, error) {
	path := o.Config
	if path == "" {
		found, err := config.Find(o.Dir)
		if err != nil {
			return nil, usage("%v", err)
		}
		path = found
	}
	c, err := config.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("%v", err)
	}
	return c, err
}

// detect reads the repository and the build. Without a repository the build
// must come from flags or CI, so that is decided by release.Detect.
func detect(ctx context.Context, dir string, c *config.Config, o Options) (*git.Repository, release.Info, error) {
	repo, err := git.Open(ctx, dir)
	if err != nil && !errors.Is(err, git.ErrNoRepository) {
		return nil, release.Info{}, err
	}
	if repo != nil {
		repo = repo.Without(insideOf(repo.Dir(), tagMaps(dir, c))...)
	}
	info, err := release.Detect(ctx, o.Lookup, repo, o.Overrides)
	return repo, info, err
}

// resolve turns references (env://NAME, file://PATH, those of AWS) into secrets,
// which from then on are removed from everything that is reported.
func (p *Project) resolve(ctx context.Context, references map[string]string) (map[string]secrets.Value, error) {
	return p.resolveWith(ctx, p.secrets, references)
}

func (p *Project) resolveWith(ctx context.Context, resolver secrets.Resolver, references map[string]string) (map[string]secrets.Value, error) {
	values, err := resolver.ResolveAll(ctx, references)
	for _, value := range values {
		p.redactor.Add(value)
	}
	return values, err
}

// split parts plain values from references and resolves the latter.
func (p *Project) split(ctx context.Context, values map[string]string) (plain map[string]string, secret map[string]secrets.Value, err error) {
	return p.splitWith(ctx, p.secrets, values)
}

func (p *Project) splitWith(ctx context.Context, resolver secrets.Resolver, values map[string]string) (plain map[string]string, secret map[string]secrets.Value, err error) {
	plain = map[string]string{}
	for key, value := range values {
		if !secrets.IsRef(value) {
			plain[key] = value
		}
	}
	secret, err = p.resolveWith(ctx, resolver, values)
	return plain, secret, err
}
