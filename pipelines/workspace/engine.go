package workspace

import (
	"context"
	"errors"
	"sync"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/engine/daggerengine"
	"git.example/slipway/pipelines/engine/dockerengine"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// EngineChoice is which engine does container work.
type EngineChoice string

// The engines to choose from; they are the values of --engine.
const (
	AutoEngine   EngineChoice = "auto"
	DockerEngine EngineChoice = "docker"
	DaggerEngine EngineChoice = "dagger"
)

// EngineSource starts the chosen engine at its first use, once.
type EngineSource struct {
	choice   EngineChoice
	lookup   release.Lookup
	reporter report.Reporter

	mu      sync.Mutex
	started engine.Engine
}

func newEngineSource(choice EngineChoice, lookup release.Lookup, reporter report.Reporter) (*EngineSource, error) {
	switch choice {
	case AutoEngine, DockerEngine, DaggerEngine, "":
		return &EngineSource{choice: choice, lookup: lookup, reporter: reporter}, nil
	}
	return nil, Usage("unknown engine %q: use auto, docker or dagger", choice)
}

// Get is the engine, started if it was not.
func (s *EngineSource) Get(ctx context.Context) (engine.Engine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started != nil {
		return s.started, nil
	}
	e, err := s.start(ctx)
	s.started = e
	return e, err
}

func (s *EngineSource) start(ctx context.Context) (engine.Engine, error) {
	switch s.choice {
	case DockerEngine:
		return s.docker(), nil
	case DaggerEngine:
		return s.dagger(ctx)
	}
	return s.auto(ctx)
}

// auto takes Dagger if an engine of it can be reached from here, else Docker,
// and says which and why.
func (s *EngineSource) auto(ctx context.Context) (engine.Engine, error) {
	there, why := daggerengine.Available(s.lookup)
	if there {
		s.say("engine: dagger (" + why + ")")
		return s.dagger(ctx)
	}
	s.say("engine: docker (no Dagger: " + why + ")")
	return s.docker(), nil
}

func (s *EngineSource) docker() engine.Engine {
	return dockerengine.New(dockerengine.Options{Lookup: s.lookup})
}

func (s *EngineSource) dagger(ctx context.Context) (engine.Engine, error) {
	e, err := daggerengine.New(ctx, daggerengine.Options{Lookup: s.lookup})
	if err != nil {
		return nil, err
	}
	return e, nil
}

func (s *EngineSource) say(text string) {
	s.reporter.Report(report.Notice{Level: report.Info, Text: text})
}

func (s *EngineSource) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started == nil {
		return nil
	}
	err := s.started.Close()
	s.started = nil
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
