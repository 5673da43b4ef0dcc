package config

// Check is one gate of the release: a container, or a compose file. Exactly one
// of build, image and compose says which.
type Check struct {
	// Build makes the image that the check runs in.
	Build *Build `yaml:"build,omitempty" jsonschema:"oneof_required=build"`
	// Image is an existing image to run in.
	Image string `yaml:"image,omitempty" jsonschema:"oneof_required=image"`
	// Compose runs services instead.
	Compose *ComposeCheck `yaml:"compose,omitempty" jsonschema:"oneof_required=compose"`
	// Run is the command. The image's own when empty.
	Run Command `yaml:"run,omitempty"`
	// Env is the container's environment; of a compose check it is the variables
	// that its file interpolates. Values env://NAME and file://PATH are secrets.
	Env map[string]string `yaml:"env,omitempty"`
	// Mount is a directory that is copied into the container's Workdir before the run.
	Mount string `yaml:"mount,omitempty"`
	// Workdir is the directory to run in. Absolute. The image's own when empty.
	Workdir string `yaml:"workdir,omitempty"`
	// Export are files and directories brought out of the container, also when
	// the check failed. Relative ones are relative to the working directory.
	Export []string `yaml:"export,omitempty"`
	// Timeout ends a check that hangs.
	Timeout Duration `yaml:"timeout,omitempty" jsonschema:"default=30m"`
	// Cache set to false runs the check at every publish, also when a check of
	// the very same inputs has passed.
	Cache *bool `yaml:"cache,omitempty" jsonschema:"default=true"`
}

// ComposeCheck runs a compose file until one of its services ends.
type ComposeCheck struct {
	// File is the compose file, or several that are merged in order.
	File Strings `yaml:"file"`
	// ExitCodeFrom is the service whose exit code is the check's.
	ExitCodeFrom string `yaml:"exit-code-from"`
}
