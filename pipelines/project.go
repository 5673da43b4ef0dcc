// Package pipelines is the library behind the Dagger module and the command
// line: one Project, and a method for each verb. A verb is a file; what verbs
// stand on is in the packages below this one.
package pipelines

import (
	"context"
	"errors"

	"git.example/slipway/pipelines/checks"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/foreign"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
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

	workspace  *workspace.Workspace
	registries *published.Registries
	images     *images.Catalog
	targets    *targets.Environments
}

// EngineChoice is which engine does container work.
type EngineChoice = workspace.EngineChoice

// The engines to choose from; they are the values of --engine.
const (
	AutoEngine   = workspace.AutoEngine
	DockerEngine = workspace.DockerEngine
	DaggerEngine = workspace.DaggerEngine
)

// UsageError is a wrong argument; the command line ends with exit code 2.
type UsageError = workspace.UsageError

// Open reads slipway.yaml and the state of the repository. It starts nothing.
func Open(ctx context.Context, o Options) (*Project, error) {
	w, err := workspace.Open(ctx, workspace.Options{
		Config: o.Config, Dir: o.Dir, Lookup: o.Lookup, Overrides: o.Overrides, Engine: o.Engine, Logins: o.Logins,
		Reporter: o.Reporter, Generated: targets.TagMaps, Own: targets.Own,
	})
	if err != nil {
		return nil, err
	}
	checks.NoteExports(w)
	p := &Project{Config: w.Config, Info: w.Info, workspace: w, images: images.New(w)}
	p.registries = published.New(w, o.NoEmbedded, p.images.All)
	p.targets = targets.New(w, p.registries)
	return p, nil
}

// Close ends what the verbs started.
func (p *Project) Close() error {
	return errors.Join(p.workspace.Close(), p.registries.Close(), p.targets.Close())
}

// CleanError removes every secret that this run has resolved from err's text, and
// what must not reach a terminal or a log; its kind stays.
func (p *Project) CleanError(err error) error {
	return foreign.Error(p.workspace.Redactor.Error(err))
}

// CleanText removes every secret that this run has resolved from text, and what must
// not reach a terminal or a log.
func (p *Project) CleanText(text string) string { return p.workspace.Clean(text) }
