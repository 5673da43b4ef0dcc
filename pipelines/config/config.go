// Package config reads slipway.yaml: its schema, strict loading, defaults and
// validation. The Go types here are the schema: the loader walks them, and the
// JSON Schema that editors use is generated from them.
//
// A field without omitempty is required. The jsonschema tag holds what both the
// loader and the JSON Schema obey: default, enum, minimum, and oneof_required
// for the kinds of which exactly one has to be there. A loaded Config has every
// default filled in.
package config

import "path/filepath"

// Config is one slipway.yaml. Top-level keys that start with "x-" are ignored:
// a place for YAML anchors.
type Config struct {
	// Version of this file's format. Always 1.
	Version int `yaml:"version" jsonschema:"enum=1"`
	// Project names the project in release records, on hosts and in messages.
	Project string `yaml:"project"`
	// Tag is the template of release tags: {build}, {sha}, {sha7}, {branch}.
	Tag string `yaml:"tag,omitempty" jsonschema:"default={build}_{sha7}"`
	// Record says where release records are kept. In the repository <project>/release when absent.
	Record *Record `yaml:"record,omitempty"`
	// Checks are the test gate. They run in parallel; one failure stops the release.
	Checks Map[Check] `yaml:"checks,omitempty"`
	// Artifacts are built once and copied into every image that names them.
	Artifacts Map[Artifact] `yaml:"artifacts,omitempty"`
	// Images are what a release is made of.
	Images Images `yaml:"images,omitempty"`
	// Trust says who signs releases, and whose signatures count.
	Trust *Trust `yaml:"trust,omitempty"`
	// Registries are the places that images are published to.
	Registries Map[Registry] `yaml:"registries,omitempty"`
	// Environments are the places that releases are deployed to.
	Environments Map[Environment] `yaml:"environments,omitempty"`
	// Notify says who is told of the deploys to every environment.
	Notify []Notify `yaml:"notify,omitempty"`

	// Path is the file that this was read from, absolute when Load read it.
	// Every relative path in the file is relative to its directory.
	Path string `yaml:"-"`
}

// Dir is the project's directory: the one that holds the file.
func (c *Config) Dir() string { return filepath.Dir(c.Path) }

// Record says where the release record is kept.
type Record struct {
	// Repository, without the registry's host and namespace.
	Repository string `yaml:"repository"`
}
