package config

// Artifact is a directory or file that a build leaves behind.
type Artifact struct {
	// Build makes the image that holds it.
	Build Build `yaml:"build"`
	// Path in the built image. Absolute.
	Path string `yaml:"path"`
}
