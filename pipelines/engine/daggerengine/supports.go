package daggerengine

import (
	"github.com/slipwayhq/slipway/pipelines/engine"
)

// Supports names what b asks for that Dagger's Dockerfile builds don't have.
func (e *Engine) Supports(b engine.Build) error {
	switch {
	case len(b.Contexts) > 0:
		return unsupported(b.Name, "named build contexts")
	case len(b.CacheFrom) > 0 || len(b.CacheTo) > 0:
		return unsupported(b.Name, "cache-from and cache-to")
	case len(agentSockets(b.SSH, e.lookup)) > 1:
		return unsupported(b.Name, "several SSH agents in one build")
	}
	return nil
}
