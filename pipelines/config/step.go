package config

// Step is a one-off command in a service's container.
type Step struct {
	// Service of the compose file, in whose image the command runs.
	Service string `yaml:"service"`
	// Run is the command.
	Run Command `yaml:"run"`
	// Timeout ends a step that hangs.
	Timeout Duration `yaml:"timeout,omitempty" jsonschema:"default=30m"`
}
