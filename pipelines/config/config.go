// Package config reads slipway.yaml: its schema, strict loading, defaults and
// validation. The Go types here are the schema; the JSON Schema that editors
// use is generated from them.
package config

import "time"

// Config is one slipway.yaml.
type Config struct {
	// Version of this file's format. Always 1.
	Version int `yaml:"version"`
	// Project names the project in release records, on hosts and in messages.
	Project string `yaml:"project"`
	// Tag is the template of release tags: {build}, {sha}, {sha7}, {branch}.
	Tag string `yaml:"tag,omitempty"`
	// Record says where release records are kept. Beside the first image when absent.
	Record *Record `yaml:"record,omitempty"`
	// Checks are the test gate. They run in parallel; one failure stops the release.
	Checks Map[Check] `yaml:"checks,omitempty"`
	// Artifacts are built once and copied into every image that names them.
	Artifacts Map[Artifact] `yaml:"artifacts,omitempty"`
	// Images are what a release is made of.
	Images Images `yaml:"images,omitempty"`
	// Registries are the places that images are published to.
	Registries Map[Registry] `yaml:"registries,omitempty"`
	// Environments are the places that releases are deployed to.
	Environments Map[Environment] `yaml:"environments,omitempty"`

	// Path is the file that this was read from. Every relative path in the
	// file is relative to its directory.
	Path string `yaml:"-"`
}

// Record says where the release record is kept.
type Record struct {
	// Repository, without the registry's host and namespace.
	Repository string `yaml:"repository"`
}

// Build is how an image is made from a Dockerfile.
type Build struct {
	// Context is the build context's directory. The project's directory when empty.
	Context string `yaml:"context,omitempty"`
	// Dockerfile is relative to the context. "Dockerfile" when empty.
	Dockerfile string `yaml:"dockerfile,omitempty"`
	// Target is the stage to build. The last one when empty.
	Target string `yaml:"target,omitempty"`
	// Args are build arguments. A secret does not belong here: use secrets.
	Args map[string]string `yaml:"args,omitempty"`
	// Secrets are build secrets: the id that the Dockerfile mounts, and where
	// the value is (env://NAME or file://PATH).
	Secrets map[string]string `yaml:"secrets,omitempty"`
	// SSH forwards SSH agents: "default" is the agent of SSH_AUTH_SOCK.
	SSH []string `yaml:"ssh,omitempty"`
	// Contexts are further named build contexts. Docker engine only.
	Contexts map[string]string `yaml:"contexts,omitempty"`
	// Artifacts are copied into the context: artifact name to path in the context.
	Artifacts map[string]string `yaml:"artifacts,omitempty"`
	// CacheFrom and CacheTo are buildx cache sources and destinations. Docker engine only.
	CacheFrom []string `yaml:"cache-from,omitempty"`
	CacheTo   []string `yaml:"cache-to,omitempty"`
}

// Image is one image of the release.
type Image struct {
	Build `yaml:",inline"`
	// Platforms, such as linux/amd64. This machine's own when empty.
	Platforms []string `yaml:"platforms,omitempty"`
	// Repository, without the registry's host and namespace. "<project>/<image>"
	// when empty; on Docker Hub, which has no nested names, "<project>-<image>".
	Repository string `yaml:"repository,omitempty"`
}

// Images are the images, written out or taken from a bake file.
type Images struct {
	// Bake is a docker-bake.hcl or .json file that defines the images.
	Bake string `yaml:"bake,omitempty"`
	// Targets are the bake targets to take. The group "default" when empty.
	Targets []string `yaml:"targets,omitempty"`
	// Named are the images that are written out.
	Named Map[Image] `yaml:"-"`
}

// Artifact is a directory or file that a build leaves behind.
type Artifact struct {
	Build Build `yaml:"build"`
	// Path in the built image. Absolute.
	Path string `yaml:"path"`
}

// Check is one gate of the release: a container, or a compose file.
type Check struct {
	// Build makes the image that the check runs in.
	Build *Build `yaml:"build,omitempty"`
	// Image is an existing image to run in.
	Image string `yaml:"image,omitempty"`
	// Run is the command. The image's own when empty.
	Run Command `yaml:"run,omitempty"`
	// Env is the container's environment. Values env://NAME and file://PATH are secrets.
	Env map[string]string `yaml:"env,omitempty"`
	// Mount is a directory that is copied into the container's Workdir before the run.
	Mount string `yaml:"mount,omitempty"`
	// Workdir is the directory to run in. The image's own when empty.
	Workdir string `yaml:"workdir,omitempty"`
	// Compose runs services instead.
	Compose *ComposeCheck `yaml:"compose,omitempty"`
	// Export are files and directories brought out of the container, also when
	// the check failed. Relative ones are relative to the working directory.
	Export []string `yaml:"export,omitempty"`
	// Timeout ends a check that hangs. 30 minutes when zero.
	Timeout Duration `yaml:"timeout,omitempty"`
	// Cache set to false runs the check at every publish, also when a check of
	// the very same inputs has passed.
	Cache *bool `yaml:"cache,omitempty"`
}

// ComposeCheck runs a compose file until one of its services ends.
type ComposeCheck struct {
	File Strings `yaml:"file"`
	// ExitCodeFrom is the service whose exit code is the check's.
	ExitCodeFrom string `yaml:"exit-code-from"`
}

// Registry is one registry. Exactly one of its kinds is set.
type Registry struct {
	DockerHub *DockerHub        `yaml:"dockerhub,omitempty"`
	ECR       *ECR              `yaml:"ecr,omitempty"`
	OCI       *OCI              `yaml:"oci,omitempty"`
	Embedded  *EmbeddedRegistry `yaml:"embedded,omitempty"`
}

// DockerHub is a namespace on Docker Hub. Logs in with DOCKER_USER and
// DOCKER_PASS, or with Docker's own configuration.
type DockerHub struct {
	Namespace string `yaml:"namespace"`
}

// ECR is a private registry on Amazon ECR. Logs in with Docker's own
// configuration and credential helpers.
type ECR struct {
	// Account is the 12-digit account number. Quote it: YAML reads a bare one as a number.
	Account string `yaml:"account"`
	Region  string `yaml:"region"`
}

// OCI is any other registry.
type OCI struct {
	// Host, with a port if it is not 443.
	Host      string `yaml:"host"`
	Namespace string `yaml:"namespace,omitempty"`
	// Insecure speaks plain HTTP. Loopback addresses always may.
	Insecure bool `yaml:"insecure,omitempty"`
	// Username and Password, as env://NAME or file://PATH. Docker's own configuration when empty.
	Username string `yaml:"username,omitempty"`
	Password string `yaml:"password,omitempty"`
}

// EmbeddedRegistry is the registry inside Slipway, served on loopback while a
// command needs it.
type EmbeddedRegistry struct {
	// Address to serve on. 127.0.0.1:5077 when empty.
	Address string `yaml:"address,omitempty"`
	// Path is the directory it is kept in. $XDG_DATA_HOME/slipway/registry when empty.
	Path string `yaml:"path,omitempty"`
}

// Environment is one place that releases are deployed to.
type Environment struct {
	// When says which branch or git tag a CI run deploys here.
	When *When `yaml:"when,omitempty"`
	// Protected takes only releases with a record and passed checks, and asks
	// at a terminal.
	Protected bool `yaml:"protected,omitempty"`
	// Registry that hosts pull from.
	Registry string `yaml:"registry"`
	// Mirror are registries that get the same tags and digests.
	Mirror []string `yaml:"mirror,omitempty"`
	// PromoteFrom is the environment that must have verified a release before
	// it comes here.
	PromoteFrom string `yaml:"promote-from,omitempty"`
	// Deploy are the targets, in order, under one lock.
	Deploy Map[Target] `yaml:"deploy,omitempty"`
}

// When matches a branch or a git tag; patterns are as in a shell ("v*").
type When struct {
	Branch string `yaml:"branch,omitempty"`
	Tag    string `yaml:"tag,omitempty"`
}

// Target is one thing to deploy. Exactly one of its kinds is set.
type Target struct {
	Compose *ComposeTarget `yaml:"compose,omitempty"`
}

// ComposeTarget is a compose stack.
type ComposeTarget struct {
	File Strings `yaml:"file"`
	// Path is the stack's directory on the host; relative mounts of the
	// compose file are relative to it. A relative path is relative to the project.
	Path string `yaml:"path"`
	// Project is the compose project's name. As compose itself chooses it when
	// empty, so that a stack that already runs is adopted.
	Project string `yaml:"project,omitempty"`
	// Env is written into the stack's .env file.
	Env *EnvFile `yaml:"env,omitempty"`
	// Before and After are steps such as migrations.
	Before []Step `yaml:"before,omitempty"`
	After  []Step `yaml:"after,omitempty"`
	// Strategy is rolling (start the new container beside the old one, switch
	// when it is healthy) or recreate.
	Strategy Strategy `yaml:"strategy,omitempty"`
	// HealthTimeout is how long a new container may take to become healthy. 2 minutes when zero.
	HealthTimeout Duration `yaml:"health-timeout,omitempty"`
	// Settle is how long a service without a health check must run without a
	// restart. 5 seconds when zero.
	Settle Duration `yaml:"settle,omitempty"`
	// Keep is how many releases rollback can go back to. 5 when zero.
	Keep int `yaml:"keep,omitempty"`
}

// Strategy is how new containers take the place of old ones.
type Strategy string

// The strategies of a compose target.
const (
	Rolling  Strategy = "rolling"
	Recreate Strategy = "recreate"
)

// EnvFile is an env file that Slipway writes. A file of that name that somebody
// made by hand is never overwritten.
type EnvFile struct {
	// File is relative to the target's path. ".env" when empty.
	File string `yaml:"file,omitempty"`
	// Set are variables. Values env://NAME and file://PATH are secrets.
	Set map[string]string `yaml:"set,omitempty"`
}

// Step is a one-off command in a service's container.
type Step struct {
	Service string  `yaml:"service"`
	Run     Command `yaml:"run"`
	// Timeout ends a step that hangs. 30 minutes when zero.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// Command is a command line: a list of words, or a string for /bin/sh -c.
type Command []string

// Strings is a list of strings; one string alone stands for a list of one.
type Strings []string

// Duration is a duration such as 90s or 5m.
type Duration time.Duration

// Or is d, or the default when d is zero.
func (d Duration) Or(fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return time.Duration(d)
}

// Map is a mapping that keeps the order of the file.
type Map[T any] []Entry[T]

// Entry is one named value of a Map.
type Entry[T any] struct {
	Name  string
	Value T
}

// Get is the value named name.
func (m Map[T]) Get(name string) (T, bool) {
	for _, e := range m {
		if e.Name == name {
			return e.Value, true
		}
	}
	var none T
	return none, false
}

// Names are the names, in the order of the file.
func (m Map[T]) Names() []string {
	names := make([]string, len(m))
	for i, e := range m {
		names[i] = e.Name
	}
	return names
}
