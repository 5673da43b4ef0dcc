package deploy

import (
	"strings"

	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/secrets"
)

// Desired is what one target should run. It is kept in the Journal, without
// its secrets, so that a rollback needs neither the registry nor the working
// tree.
type Desired struct {
	Project     string         `json:"project"`
	Environment string         `json:"environment"`
	Release     release.Record `json:"release"`
	// Images by name.
	Images map[string]Image `json:"images,omitempty"`
	// Files are the release's deploy files: path relative to the project, to content.
	Files map[string]string `json:"files,omitempty"`
	// HostFiles are the files of the repository that services need on their hosts, by
	// path relative to the project.
	HostFiles map[string]HostFile `json:"hostFiles,omitempty"`
	// HostDirectories are directories that services mount, and whether they travel with
	// all their HostFiles; of the others hosts have their own, and must have.
	HostDirectories map[string]bool `json:"hostDirectories,omitempty"`
	// Main are the files of Files that the target starts from, in order, such
	// as a compose file and its override. Without one nothing is to run.
	Main []string `json:"main,omitempty"`
	// Variables are for interpolation in deploy files; see Variables. They are
	// no secrets.
	Variables map[string]string `json:"variables,omitempty"`
	// Images of an adopted stack, which no release names: service to reference.
	Adopted map[string]string `json:"adopted,omitempty"`
	// Sync is the directory of a git sync target.
	Sync []Layer `json:"sync,omitempty"`
	// Place is where the target is, such as "compose shop@app1:/srv/shop": one that
	// has another name now is known by it. Empty when nobody said.
	Place string `json:"place,omitempty"`
	// Configured is the slipway.yaml that says where the target is, when that is not
	// the one in Files: a release that came back is where the one before it was.
	Configured string `json:"configured,omitempty"`
	// SecretVersions are the versions of the secrets in Env, or in the target's own
	// files, that have some, by reference, such as aws-sm://prod/tracker.
	SecretVersions map[string]string `json:"secretVersions,omitempty"`
	// PinnedSecrets are the versions that secrets of the target's own files get, by
	// reference as in SecretVersions; the current ones where it has none.
	PinnedSecrets map[string]string `json:"pinnedSecrets,omitempty"`
	// Revisions are what the target's services ran when this release was proven, by
	// service: a task definition's ARN. A release that comes back gets exactly those. They
	// are kept in the history, and come from there.
	Revisions map[string]string `json:"-"`
	// RevisionSecrets are the PinnedSecrets that Revisions were made with.
	RevisionSecrets map[string]string `json:"-"`
	// Live is what the live deploy wants of the target, for what a plan tells of
	// changes; nil when there is none.
	Live *Desired `json:"-"`
	// Hosts are what single hosts run, by name, when not all of them run the
	// same, such as stacks that were adopted. A host that it does not have runs
	// nothing.
	Hosts map[string]Desired `json:"hosts,omitempty"`
	// Env are the values of the target's env file, by key.
	Env map[string]secrets.Value `json:"-"`
	// Login pulls the images; nil for the host's own login. It never stays on a host.
	Login *Login `json:"-"`
	// Unpublished says that the release would be made by publishing: it is planned,
	// and no registry is asked for it.
	Unpublished bool `json:"-"`
	// Paths are the only ones of Sync that change; all when empty.
	Paths []string `json:"-"`
	// Returning says that this release ran before and comes back: steps such as
	// migrations are not run.
	Returning bool `json:"-"`
	// Reachable says that hosts which can't be reached are left out, and that
	// one which fails does not stop the others: after a failure, on the way back.
	Reachable bool `json:"-"`
}

// Image is one image of a release where the hosts pull it.
type Image struct {
	// Reference is "host/repository@sha256:…".
	Reference string `json:"reference"`
	// Accepted are the digests that prove the image: the index's or manifest's,
	// and those of its platforms.
	Accepted []string `json:"accepted"`
}

// Repository is the reference without its digest.
func (i Image) Repository() string {
	repository, _, _ := strings.Cut(i.Reference, "@")
	return repository
}

// Login is a registry login.
type Login struct {
	// Registry is the host, as in image references; Docker Hub's is "docker.io".
	Registry string
	Username string
	Password secrets.Value
}

// Variables are what deploy files can interpolate:
//
//   - DEPLOY_TAG, SLIPWAY_TAG: the release's tag
//   - DEPLOY_ENV: the environment
//   - REGISTRY, ECR_REGISTRY: host, with the namespace if there is one, of the registry to pull from
//   - <NAME>_IMAGE: the image called name, pinned by digest
//   - <NAME>_REPOSITORY: the same without the digest
//
// In <NAME> every character but letters and digits becomes an underscore.
func Variables(tag, environment, registry string, images map[string]Image) map[string]string {
	v := map[string]string{
		"DEPLOY_TAG": tag, "SLIPWAY_TAG": tag, "DEPLOY_ENV": environment,
		"REGISTRY": registry, "ECR_REGISTRY": registry,
	}
	for name, image := range images {
		v[variableName(name)+"_IMAGE"] = image.Reference
		v[variableName(name)+"_REPOSITORY"] = image.Repository()
	}
	return v
}

func variableName(image string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, image)
}
