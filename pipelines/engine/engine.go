// Package engine is what the pipeline asks of something that runs containers.
// Two engines implement it, with the same result on the same input: Docker
// (the docker command line with buildx and compose) and Dagger.
package engine

import (
	"context"
	"fmt"
	"io"

	"git.example/slipway/pipelines/secrets"
)

// Engine builds images and runs containers. All paths are absolute, on the
// machine of the caller. Methods are safe for several goroutines.
type Engine interface {
	// Name is "docker" or "dagger".
	Name() string
	Builder
	Runner
	// Close ends the engine's session and removes what it left behind.
	Close() error
}

// Builder builds images.
type Builder interface {
	// Supports says, before anything starts, what of b this engine can't do:
	// an *Unsupported, or nil.
	Supports(ctx context.Context, b Build) error
	// Build builds an image. With a Push it also pushes it; without one the
	// image stays in the engine under Built.Reference.
	Build(ctx context.Context, b Build, push *Push, log io.Writer) (Built, error)
	// Export builds b and copies path (absolute, in the image; a file or a
	// directory) to dest, which must not exist.
	Export(ctx context.Context, b Build, path, dest string, log io.Writer) error
}

// Runner runs checks.
type Runner interface {
	// Run runs one container to its end. A command that fails is a Result with
	// its exit code, not an error.
	Run(ctx context.Context, r Run, log io.Writer) (Result, error)
	// Compose runs the services of a compose file until one of them ends, then
	// removes everything that it started.
	Compose(ctx context.Context, c Compose, log io.Writer) (Result, error)
}

// Build is one image build.
type Build struct {
	// Name is how messages call it.
	Name    string
	Context string
	// Without are directories in Context, relative and with slashes, that are no
	// part of it, whatever the ignore file says.
	Without []string
	// Dockerfile is relative to Context.
	Dockerfile string
	Target     string
	Args       map[string]string
	Labels     map[string]string
	// Platforms is never empty.
	Platforms []string
	// Secrets by the id that the Dockerfile mounts.
	Secrets map[string]secrets.Value
	// SSH are agent ids ("default") or id=socket pairs.
	SSH []string
	// Overlay puts files or directories (values) into the context at the given
	// relative paths (keys), in place of what is there. They are not subject to
	// the ignore file.
	Overlay map[string]string
	// Contexts are named build contexts.
	Contexts           map[string]string
	CacheFrom, CacheTo []string
}

// Push is where a built image goes.
type Push struct {
	// Repository with the registry's host, without tag.
	Repository string
	// Tag that nobody else uses, for engines that can push under a tag only. The
	// caller gives the image its real tags by digest afterwards.
	Tag string
	// Auth is nil for an anonymous push.
	Auth *Auth
	// Insecure pushes over plain HTTP.
	Insecure bool
	// Passing says that nothing needs the image in the engine's own store after this
	// run.
	Passing bool
}

// Auth is a login.
type Auth struct {
	Username string
	Password secrets.Value
}

// Built is the result of a build.
type Built struct {
	// Digest of the pushed index or manifest, "sha256:…". Empty without a Push.
	Digest string
	// Reference is what Run and Compose of the same engine take: the pushed
	// "repository@digest", or the engine's own name of an image that was not pushed.
	Reference string
	// PushedTag says that Push.Tag was written to the registry.
	PushedTag bool
}

// Image is an image to run: built by this engine, or in a registry.
type Image struct {
	Reference string
	// Auth is the login to pull with, nil for none.
	Auth     *Auth
	Insecure bool
}

// Run is one container check. Exactly one of Build and Image is set.
type Run struct {
	Name  string
	Build *Build
	Image *Image
	// Command replaces the image's entrypoint and command. Empty keeps them.
	Command []string
	Env     map[string]string
	Secrets map[string]secrets.Value
	// Mount is a directory copied to Workdir before the run; nothing when empty.
	Mount string
	// Workdir is absolute; the image's own when empty.
	Workdir string
	Exports []Export
}

// Export is a file or directory to bring out of a container.
type Export struct {
	// From is a path in the container; a relative one is relative to the
	// working directory.
	From string
	// To is replaced, file or directory.
	To string
}

// Compose is one compose check.
type Compose struct {
	Name string
	// Files of one compose project, the first one's directory is the project directory.
	Files []string
	// ExitCodeFrom is the service whose end ends the check.
	ExitCodeFrom string
	// Images replace what services build or name, by service.
	Images map[string]Image
	// Env are the variables for interpolation.
	Env map[string]string
	// Secrets are variables for interpolation that must not be shown.
	Secrets map[string]secrets.Value
	// Exports are from the container of ExitCodeFrom.
	Exports []Export
}

// Result is a container that ended.
type Result struct {
	ExitCode int
	// Missing are the exports that the container did not have.
	Missing []string
}

// Unsupported is something that an engine can't do.
type Unsupported struct {
	Engine string
	// Feature reads as "named build contexts".
	Feature string
	// Subject is the image or check that asks for it.
	Subject string
	// Instead is the engine that can; empty when none can.
	Instead string
	// Or is another way out, as an order: "make a builder with …".
	Or string
}

func (e *Unsupported) Error() string {
	text := fmt.Sprintf("%s: the %s engine can't do %s", e.Subject, e.Engine, e.Feature)
	switch {
	case e.Instead == "" && e.Or == "":
		return text
	case e.Instead == "":
		return text + "; " + e.Or
	case e.Or == "":
		return text + "; use --engine " + e.Instead
	}
	return text + "; use --engine " + e.Instead + ", or " + e.Or
}
