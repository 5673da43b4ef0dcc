package dockerengine

import (
	"bytes"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"git.example/slipway/pipelines/engine"
)

// unsupported is an *engine.Unsupported for what of b a builder can't do, or nil.
func unsupported(b engine.Build, with backend) error {
	refused := &engine.Unsupported{Engine: Name, Subject: b.Name}
	classic := with.local() && !with.containerd
	otherBuilder := `make another builder with "docker buildx create --use --driver docker-container"`
	switch {
	case classic && len(b.Platforms) > 1:
		refused.Feature, refused.Instead, refused.Or = "several platforms with the daemon's classic image store", "dagger", otherBuilder
	case classic && len(exportedCaches(b)) > 0:
		refused.Feature, refused.Or = "cache-to with the daemon's classic image store", otherBuilder
	case with.old && len(b.Contexts) > 0 && !namesFrontend(b):
		refused.Feature, refused.Or = "named build contexts with a BuildKit this old", "update Docker to 23.0 or newer"
	default:
		return nil
	}
	return refused
}

// exportedCaches are the cache exports that are not part of the image itself.
func exportedCaches(b engine.Build) []string {
	var exported []string
	for _, cache := range b.CacheTo {
		if cache != "type=inline" {
			exported = append(exported, cache)
		}
	}
	return exported
}

// namesFrontend says that the Dockerfile brings a frontend of its own, with a
// line such as "# syntax=docker/dockerfile:1".
func namesFrontend(b engine.Build) bool {
	from, err := sources(b)
	if err != nil {
		return true // the build says so better
	}
	content, err := os.ReadFile(from.dockerfile)
	if err != nil {
		return true
	}
	_, _, _, ok := parser.DetectSyntax(bytes.TrimSpace(content))
	return ok
}
