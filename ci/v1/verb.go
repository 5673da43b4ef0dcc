// Code generated from ../verb.go by make update; DO NOT EDIT.

package main

import (
	"git.example/slipway/ci/v1/internal/dagger"
	"git.example/slipway/pipelines/config"
)

// verb is one use of the command line.
type verb struct {
	// args are the verb and its own flags.
	args []string
	// needs are the references to secrets that it resolves, beside those of
	// registries and of environments; nil for none.
	needs func(*config.Config) []string
	// in says which environments it is for.
	in scope
	// env is the one that was named; empty for the one that the command line chooses.
	env string
	// promotes says that its release comes from another environment: from, or the
	// one that slipway.yaml says.
	promotes bool
	from     string
	// changes says that it changes something outside of the engine.
	changes bool
	// release is the argument that says which release it is.
	release argument
	// registries are used instead of theirs, unless there are none.
	registries []string
	// targets says that it reaches the targets of its environments.
	targets bool
	// terraform says that it runs the code of Terraform targets.
	terraform bool
	// only are the targets of its first environment that it reaches; all when empty.
	only []string
	// saved is a plan to apply; nil for none.
	saved *dagger.File
}

// scope is which environments a verb is for.
type scope int

const (
	noEnvironment scope = iota
	oneEnvironment
	// publishedEnvironments are those whose registries a publish goes to: several,
	// or none.
	publishedEnvironments
)

// environment is the flag of the one that a verb was given, or is for.
func (v verb) environment(found []config.Entry[config.Environment]) flags {
	if v.env == "" && v.in == oneEnvironment && len(found) > 0 {
		return flags{}.text("--env", found[0].Name)
	}
	return flags{}.text("--env", v.env)
}
