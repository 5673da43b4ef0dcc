package config

import "reflect"

// Build is how an image is made from a Dockerfile.
type Build struct {
	// Context is the build context's directory, relative to the project.
	Context string `yaml:"context,omitempty" jsonschema:"default=."`
	// Dockerfile is relative to the context.
	Dockerfile string `yaml:"dockerfile,omitempty" jsonschema:"default=Dockerfile"`
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
	// CacheFrom are buildx cache sources. Docker engine only.
	CacheFrom []string `yaml:"cache-from,omitempty"`
	// CacheTo are buildx cache destinations. Docker engine only.
	CacheTo []string `yaml:"cache-to,omitempty"`
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

// Images are the images, written out by name or taken from a bake file.
type Images struct {
	// Bake is a docker-bake.hcl or .json file that defines the images.
	Bake string `yaml:"bake"`
	// Targets are the bake targets to take. The group "default" when empty.
	Targets []string `yaml:"targets,omitempty"`
	// Named are the images that are written out, when there is no bake file.
	Named Map[Image] `yaml:"-"`
}

func (i *Images) decode(d *document, path string, n *node) {
	if n.kind == mapping {
		if bake := n.get("bake"); bake != nil && bake.kind != mapping {
			d.decodeStruct(path, n, reflect.ValueOf(i).Elem())
			return
		}
	}
	i.Named.decode(d, path, n)
}

// Artifact is a directory or file that a build leaves behind.
type Artifact struct {
	// Build makes the image that holds it.
	Build Build `yaml:"build"`
	// Path in the built image. Absolute.
	Path string `yaml:"path"`
}
