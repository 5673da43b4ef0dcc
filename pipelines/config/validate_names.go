package config

import (
	"regexp"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var (
	// component and repositoryPath are the grammar of
	// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
	component      = lazy.Regexp(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$`)
	repositoryPath = lazy.Regexp(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)
	entryName      = lazy.Regexp(`^[a-zA-Z0-9][a-zA-Z0-9._-]*$`)
)

// matches reports a value that is outside a grammar.
func (v validator) matches(path, value string, grammar *regexp.Regexp, words string) {
	if value != "" && !grammar.MatchString(value) {
		v.wrong(path, "%q is not valid here: want %s", value, words)
	}
}

// named reports the name of an entry that could not be part of a path or a message.
func (v validator) named(path, name string, grammar *regexp.Regexp) {
	if grammar.MatchString(name) {
		return
	}
	words := "letters, digits, '.', '_' and '-'"
	if grammar == component() {
		words = "lower-case letters and digits, with '.', '_' or '-' between them"
	}
	v.report(v.keys[path], "", "", "%q is no name: want %s", name, words)
}

// refers reports a reference to something that the file does not have.
func (v validator) refers(path, name, what string, known []string) {
	if name == "" || slices.Contains(known, name) {
		return
	}
	there := "the file has none"
	if len(known) > 0 {
		there = "known: " + strings.Join(known, ", ")
	}
	at := v.position(path)
	if _, isValue := v.values[path]; !isValue {
		at = v.keys[path]
	}
	v.report(at, path, nearest(name, known), "there is no %s %q; %s", what, name, there)
}

// repository reports a repository that no registry, or not the configured
// Docker Hub, could hold.
func (v validator) repository(path, repository string) {
	v.matches(path, repository, repositoryPath(), "lower-case words with '.', '_' or '-' between them, separated by '/', without host or tag")
	for _, r := range v.config.Registries {
		if r.Value.DockerHub != nil && strings.Contains(repository, "/") {
			v.wrong(path, "registry %q is on Docker Hub, which has no nested names: write it without '/'", r.Name)
		}
	}
}
