package daggerengine

import (
	"time"

	"git.example/slipway/pipelines/engine"
)

// Name is the engine's name.
const Name = "dagger"

// other is the engine that does what this one can't.
const other = "docker"

// Options say how to reach Dagger.
type Options struct {
	// Lookup reads the environment. Without it only the dagger command line in
	// the process's PATH is found.
	Lookup func(string) (string, bool)
	// Timeout is how long to wait for the engine: 30 s when it is zero, two
	// minutes when it has to be started first.
	Timeout time.Duration
}

// unsupported is what this engine can't do for subject.
func unsupported(subject, feature string) error {
	return &engine.Unsupported{Engine: Name, Feature: feature, Subject: subject, Instead: other}
}
