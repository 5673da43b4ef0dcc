package enginetest

import (
	"context"
	"testing"

	"git.example/slipway/pipelines/engine"
)

// Environment is what an engine's test knows that the suite can't.
type Environment struct {
	// Leftovers lists what the engine has on the machine at the moment besides
	// images: containers, networks, volumes. nil where that can't be seen.
	Leftovers func(t *testing.T) []string
	// Registry makes the loopback registry at address ("127.0.0.1:port")
	// reachable for the engine. nil where it is so by itself.
	Registry func(t *testing.T, address string)
}

// testCase is one thing that every engine has to do.
type testCase struct {
	name string
	run  func(context.Context, *testing.T, *fixture)
}

// fixture is what the cases share.
type fixture struct {
	engine engine.Engine
	// host is the loopback registry, base a small image in it with a shell.
	host, base string
	env        Environment
}
