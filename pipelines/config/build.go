package config

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
