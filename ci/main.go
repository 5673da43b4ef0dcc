// Slipway tests a repository, builds its images, and publishes them under one
// immutable tag, as its slipway.yaml says.
//
// An image whose content has been published before is reused, whoever built it:
// the functions here and the slipway command line give the same digests.
package main

import (
	"github.com/slipwayhq/slipway/ci/internal/dagger"
)

// The pipeline of one repository.
type Slipway struct {
	// +private
	Source *dagger.Directory
	// +private
	Config string
	// +private
	BuildNumber string
	// +private
	Commit string
	// +private
	Branch string
	// +private
	GitTag string
	// +private
	Variables []string
	// +private
	SecretNames []string
	// +private
	SecretValues []*dagger.Secret
	// +private
	LoginHosts []string
	// +private
	LoginUsers []string
	// +private
	LoginSecrets []*dagger.Secret
	// +private
	ServiceAddresses []string
	// +private
	Services []*dagger.Service
}

// Open a repository with a slipway.yaml
//
// Nothing of it is left out: what is in a build context decides on the image's
// tag. Without .git the commit has to be given.
func New(
	// The repository; that of the caller when omitted.
	// +defaultPath="/"
	source *dagger.Directory,
	// Path of slipway.yaml in it.
	// +optional
	config string,
	// Build number of the release tag. Without one a tag is for trying out only.
	// +optional
	buildNumber string,
	// Full commit; that of git when omitted.
	// +optional
	commit string,
	// Branch; that of git when omitted. Environments with "when" are found by it.
	// +optional
	branch string,
	// Git tag; that of git when omitted.
	// +optional
	gitTag string,
) *Slipway {
	return &Slipway{
		Source: source, Config: config,
		BuildNumber: buildNumber, Commit: commit, Branch: branch, GitTag: gitTag,
	}
}
