// Package terraform deploys by moving image tags: it writes a release's tag into
// a map that Terraform (or OpenTofu) reads, plans, and applies.
//
// The code in the directory is the checkout's, not the release's: a root module
// is a tree with modules, a lock file and a backend, it changes on its own, and
// going back to an older release must not take infrastructure back with it. Only
// the tags come from the release; plans name the commit that the code is of.
//
// A plan file holds secrets, so none is kept. A plan keeps the hash of what it
// would change, sensitive values masked; applying it makes a fresh plan, refuses
// when that changes anything else, and applies exactly the fresh one.
package terraform

import (
	"context"
	"path/filepath"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/secrets"
)

// Bootstrap is the tag of an image that was never deployed: Terraform can make
// valid task definitions with it before there is an image.
const Bootstrap = "sha-bootstrap"

// Options are where the code is and how it is run.
type Options struct {
	// Name is the target's in slipway.yaml.
	Name string
	// Project is the project's directory, absolute.
	Project string
	Config  config.TerraformTarget
	// Images are the names of all the project's images.
	Images []string
	// TagMaps are the paths of all the project's tag maps: changes of them are no
	// changes of the code.
	TagMaps []string
	// NoTfvars leaves the tag map as it is: tags are passed to each run instead.
	NoTfvars bool
	// Env and Secrets are added to Terraform's environment.
	Env     map[string]string
	Secrets map[string]secrets.Value
	// Digest is the digest of a reference "host/repository:tag", such as
	// "sha256:…". Nil leaves out whether tags still lead to the released images.
	Digest func(ctx context.Context, reference string) (string, error)
	// Ephemeral says that the disk goes when this process ends: code that keeps its
	// state there is refused.
	Ephemeral bool
	// Verifier finds what runs of d. Nil for the output that Config names, or else
	// for a plan without changes.
	Verifier Verifier
}

// Verifier finds what runs, and how that differs from d.
type Verifier func(ctx context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error)

// Target is a directory of Terraform code.
type Target struct {
	Options
	// ready is the program, once the directory was initialised by this process.
	ready *program
	// before are the map's entries as this process found them first; nil until then.
	before map[string]string
}

var _ deploy.Target = (*Target)(nil)

// New is the target that o describes.
func New(o Options) *Target {
	o.NoTfvars = o.NoTfvars || o.Config.NoTfvars
	return &Target{Options: o}
}

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.Options.Name }

// dir is the root module's directory.
func (t *Target) dir() string { return filepath.Join(t.Project, t.Config.Dir) }

// mapFile is the tag map's path.
func (t *Target) mapFile() string { return MapFile(t.Project, t.Config) }

// shown is how plans and messages call the tag map.
func (t *Target) shown() string { return filepath.ToSlash(filepath.Join(t.Config.Dir, t.mapName())) }

func (t *Target) mapName() string {
	if t.Config.TagMap == "" {
		return "image-tags.auto.tfvars.json"
	}
	return t.Config.TagMap
}

func (t *Target) variable() string {
	if t.Config.Variable == "" {
		return "image_tags"
	}
	return t.Config.Variable
}

// key is an image's key in the map.
func (t *Target) key(image string) string {
	if key, ok := t.Config.Keys[image]; ok {
		return key
	}
	return image
}

func (t *Target) timeout() time.Duration { return t.Config.Timeout.Or(30 * time.Minute) }

func (t *Target) lockTimeout() time.Duration { return t.Config.LockTimeout.Or(time.Minute) }

// MapFile is the path of the tag map of a target of the project in the directory
// project.
func MapFile(project string, c config.TerraformTarget) string {
	t := &Target{Options: Options{Project: project, Config: c}}
	return filepath.Join(t.dir(), t.mapName())
}
