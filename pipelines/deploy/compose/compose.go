// Package compose deploys to a compose stack on one host: the host needs
// Docker with compose and a POSIX shell. Services that use a release's images
// run them by digest; everything else in the stack stays as it is unless its
// configuration changed. Volumes, and what other projects own, are never
// touched.
//
// Its parts go one way, each in a directory: observe reads the stack, plan says
// what has to be done, apply does it, prove compares what runs with the release.
// Under them are what they read and write: model (the compose project),
// container, kept (volumes and networks), proxy, envfile, state, job (scripts that
// outlive us) and stack (the host).
package compose

import (
	"path"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/proxy"
)

// DotEnv is the file in a stack's directory that compose itself reads variables from.
const DotEnv = envfile.DotEnv

// Options are where a stack is and how it is deployed.
type Options struct {
	// Name is the target's in slipway.yaml.
	Name string
	Host deploy.Host
	// Dir is the stack's directory on the host, absolute: relative mounts and a
	// hand-made .env are there.
	Dir string
	// State is a directory of this target's own on the host, absolute; see StateDir.
	State  string
	Config config.ComposeTarget
	// Steps says which of the release's steps this target runs; all when zero.
	Steps Steps
	// Synced are directories, absolute, that other targets of the environment bring
	// to the host: they may come after this one.
	Synced []string
	// InCheckout says that Dir is in the working tree that is released.
	InCheckout bool
	// Poll is the time between looks at a container; 500 ms when zero.
	Poll time.Duration
	// Blind is how long a job may go on while its host can't be reached; a
	// minute when zero.
	Blind time.Duration
}

// Steps is which of a release's steps a target runs. On several hosts each step
// runs once, on the first one.
type Steps = plan.Steps

// The steps of a target.
const (
	StepsAll    = plan.StepsAll    // it is the only host
	StepsBefore = plan.StepsBefore // the first of several hosts: those before its services change
	StepsAfter  = plan.StepsAfter  // the first host, when all hosts are done: nothing but those after
	StepsNone   = plan.StepsNone   // the other hosts
)

// JournalDir is where an environment's journal is when its first target is the
// stack in dir.
func JournalDir(dir, environment string) string {
	return path.Join(dir, ".slipway", environment)
}

// StateDir is where the target called name of that environment keeps its state.
func StateDir(dir, environment, name string) string {
	return path.Join(JournalDir(dir, environment), "targets", name)
}

// CheckTemplate is the error when the template of a switch can't be read.
func CheckTemplate(name string, content []byte) error { return proxy.CheckTemplate(name, content) }
