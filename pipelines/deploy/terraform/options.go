package terraform

import (
	"context"

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
	// Dry leaves the checkout as it is, and takes no lock: for a plan that nobody
	// applies.
	Dry bool
	// Mirrors are the directories on this machine that may have providers, for
	// Validate.
	Mirrors []string
	// Verifier finds what runs of d. Nil for the output that Config names, or else
	// for a plan without changes.
	Verifier Verifier
}

// Verifier finds what runs, and how that differs from d.
type Verifier func(ctx context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error)

// module is the root module that o describes.
func (o Options) module() module { return module{o.Project, o.Config} }
