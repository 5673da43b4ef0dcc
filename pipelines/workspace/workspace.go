// Package workspace is a project as it was opened: its slipway.yaml, the build
// that this run is, the git checkout, and what talks to the outside for all
// other packages: the reporter, the redactor, secrets, AWS, registries, the engine.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/foreign"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
)

// Options open a workspace.
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
	// Reporter takes progress; nobody when nil.
	Reporter report.Reporter
	// Generated are files of the project that Slipway itself writes, absolute: a
	// change of theirs makes no other release of the tree. Nil for none.
	Generated func(dir string, c *config.Config) []string
	// Own are directories that Slipway keeps things in, absolute. What is in them is
	// no part of the tree, nor of anything that is built. Nil for none.
	Own func(dir string, c *config.Config) []string
}

// Workspace is an opened project. Close it to end the engine's session.
type Workspace struct {
	Config *config.Config
	// Info is the build: its number, commit and branch. It is empty where no
	// commit was found; see Commit.
	Info release.Info
	// Dir is the project's directory, where slipway.yaml is.
	Dir string
	// Own are directories that Slipway keeps things in, absolute.
	Own []string
	// Lookup reads the environment.
	Lookup release.Lookup
	// Git is the checkout; nil where there is none.
	Git      *git.Repository
	Reporter report.Reporter
	// Redactor knows every secret that this run has resolved.
	Redactor *secrets.Redactor
	// Secrets reads references such as env://NAME.
	Secrets  secrets.Resolver
	AWS      *aws.Sessions
	Registry *registry.Client
	Engine   *EngineSource

	noCommit error
}

// Open reads slipway.yaml and the state of the repository. It starts nothing.
func Open(ctx context.Context, o Options) (*Workspace, error) {
	if o.Reporter == nil {
		o.Reporter = report.Discard
	}
	cfg, err := load(o)
	if err != nil {
		return nil, err
	}
	w := &Workspace{Config: cfg, Dir: filepath.Dir(cfg.Path), Lookup: o.Lookup, Redactor: secrets.NewRedactor()}
	if o.Own != nil {
		w.Own = o.Own(w.Dir, cfg)
	}
	w.Git, w.Info, w.noCommit = w.detect(ctx, o)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	w.Reporter = secrets.CleanReporter(o.Reporter, w.Redactor)
	for _, note := range w.Info.Notes {
		w.Notice(report.Info, "%s", note)
	}
	w.AWS = aws.New(o.Lookup, aws.Run{Project: cfg.Project, ID: w.Info.Build, Commit: w.Info.Commit, Actor: w.Info.Actor, CI: w.Info.CI})
	w.AWS.Reporter = w.Reporter
	w.Secrets = secrets.Resolver{Lookup: o.Lookup, Dir: w.Dir}
	w.Secrets.AWS = func(ctx context.Context, ref string) (secrets.Value, error) {
		return w.AWSSecrets(aws.Options{}, nil).Reference(ctx, ref)
	}
	if w.Registry, err = w.registryClient(ctx, o.Logins); err != nil {
		return nil, err
	}
	w.Engine, err = newEngineSource(o.Engine, o.Lookup, w.Reporter)
	return w, err
}

// Close ends the engine's session.
func (w *Workspace) Close() error { return w.Engine.close() }

// Commit is the error of where no commit was found: it stops the verbs that need
// one, and only those.
func (w *Workspace) Commit() error { return w.noCommit }

// Notice reports one line.
func (w *Workspace) Notice(level report.Level, format string, args ...any) {
	w.Reporter.Report(report.Notice{Level: level, Text: fmt.Sprintf(format, args...)})
}

// Clean is text without the secrets that this run has resolved, and without what
// must not reach a terminal or a log.
func (w *Workspace) Clean(text string) string { return foreign.Text(w.Redactor.String(text)) }

// detect reads the repository and the build. Without a repository the build
// must come from flags or CI, so that is decided by release.Detect.
func (w *Workspace) detect(ctx context.Context, o Options) (*git.Repository, release.Info, error) {
	repo, err := git.Open(ctx, w.Dir)
	if err != nil && !errors.Is(err, git.ErrNoRepository) {
		return nil, release.Info{}, err
	}
	if repo != nil {
		without := w.Own
		if o.Generated != nil {
			without = append(slices.Clone(without), o.Generated(w.Dir, w.Config)...)
		}
		repo = repo.Without(insideOf(repo.Dir(), without)...)
	}
	info, err := release.Detect(ctx, o.Lookup, repo, o.Overrides)
	return repo, info, err
}

// insideOf are those of paths that are below top, relative to it, with slashes.
func insideOf(top string, paths []string) []string {
	var inside []string
	for _, path := range paths {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			continue // there is no such directory
		}
		path, err = filepath.Rel(top, filepath.Join(dir, filepath.Base(path)))
		if err == nil && filepath.IsLocal(path) {
			inside = append(inside, filepath.ToSlash(path))
		}
	}
	return inside
}
