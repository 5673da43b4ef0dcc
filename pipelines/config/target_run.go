package config

// RunTarget is a container of your own as a step of a deploy, such as one that
// purges a cache. It runs where Slipway runs, once for a release, and a deploy
// whose container ends with another exit code than 0 fails.
type RunTarget struct {
	// Image is one of this project's images by its name, which runs by the digest
	// that is released, or any other image.
	Image string `yaml:"image"`
	// Command replaces the image's entrypoint and command. The image's own when
	// empty.
	Command Command `yaml:"command,omitempty"`
	// Env is the container's environment, beside the release's variables such as
	// DEPLOY_TAG, DEPLOY_ENV and <NAME>_IMAGE. Values env://NAME and file://PATH
	// are secrets.
	Env map[string]string `yaml:"env,omitempty"`
	// Files of the project are recorded with the release, and put into the
	// container's workdir, executable.
	Files []string `yaml:"files,omitempty"`
	// Workdir is the directory to run in. Absolute. The image's own when empty.
	Workdir string `yaml:"workdir,omitempty"`
	// Timeout ends a container that hangs.
	Timeout Duration `yaml:"timeout,omitempty" jsonschema:"default=30m"`
	// OnRollback runs it also when an earlier release comes back.
	OnRollback bool `yaml:"on-rollback,omitempty"`
}
