// Code generated from ../main.go by make update; DO NOT EDIT.

// Slipway tests a repository, builds its images, publishes them under one
// immutable tag, deploys them by digest, and proves that what runs is what was
// released, as its slipway.yaml says.
//
// Every function runs the slipway command line in a container on the engine: the
// same commit gives the same plan, the same tags and the same digests here, on a
// laptop and in CI. Pass secrets, logins and SSH first, with the functions whose
// names begin with "with".
package main

import (
	"git.example/slipway/ci/v1/internal/dagger"
)

// The pipeline of one repository.
type Slipway struct {
	// Only what was passed: the engine keeps a constructor's result longer than what
	// was made in it.

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
	Environment string
	// +private
	CliImage string
	// +private
	Terraform *dagger.File
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
	// +private
	SSHAgent *dagger.Socket
	// +private
	SSHKey *dagger.Secret
	// +private
	KnownHosts *dagger.File
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
	// Environment that functions are for: "dagger call --env NAME" sets it where
	// dagger.toml has an overlay of that name.
	// +optional
	environment string,
	// Image that has the slipway command, git and CA certificates, best by digest.
	// Built from the module's own source when omitted.
	// +optional
	cliImage string,
	// Program for Terraform targets: terraform or tofu for Linux. From its maker's
	// image when omitted, in the version that .terraform-version or
	// .opentofu-version names.
	// +optional
	terraform *dagger.File,
) *Slipway {
	return &Slipway{
		Source: source, Config: config,
		BuildNumber: buildNumber, Commit: commit, Branch: branch, GitTag: gitTag, Environment: environment, CliImage: cliImage, Terraform: terraform,
	}
}
